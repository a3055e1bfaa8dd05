"""Words in names of columns that say whose a value is, what it is not, or nothing at all; folded."""

from typing import Final

from cdi_spark.discovery.lexicon.vocabulary import word_set

# A number, code or reference that stands for something; with whose it is, it is that thing's id.
ID_WORDS: Final = word_set(
    """
azonosito id ids number key code ref reference identifier identifiant uuid guid uid pk fk sid kennung kennzahl
codice codigo cislo referenz referencia riferimento kod token sk oid ид
"""
)
PERSON_SUBJECTS: Final = word_set(
    """
customer client user member membership person contact account patient party consumer subscriber buyer shopper
guest holder kunde kunden kd knd mitglied cliente clientes klant klanten klient klienta klienci uzytkownik
usuario utente utilisateur gebruiker membre socio miembro loyalty card policy contract vertrag konto compte
cuenta conto rekening benutzer crm cust cst acct policyholder insured applicant citizen donor voter asiakas
kund lid abonne adherent iban individual people household payer owner purchaser requester caller player
"""
)
# Words that leave a name's meaning as it is: whose it is, which of several, or how the column is stored.
CONTEXT: Final = PERSON_SUBJECTS | word_set(
    """
ts tm timestamp dttm res mail please enter optional required address utc gmt local desc descr dsc billing bill
invoice shipping ship delivery home private privat primary main current permanent residential work business
office mailing postal legal preferred personal default last own the of de du des del della di der da do dos
von zu an for s txt str string val value cd code raw orig original clean std fld field col column x c v text
alpha nm standardised normalized normalised number line full date datetime usual iso residence correspondence
entity attributes data info details profile record row src source tbl t p a b item child resource traits
lieferung rechnung liefer rechnungs facturation livraison envio fatturazione home1 dom 1 01 2 02 3 first
second daytime evening other alt alternative secondary new at am on le la el il het y und et e i and
"""
)
# With one of these a name means another person, or something about the value and not the value.
OTHER: Final = word_set(
    """
assistant reports reportsto parent eltern kind art category kategorie spouse partner husband wife father
mother vater mutter pere padre madre emergency kin guardian parents manager rep representative agent salesrep
salesperson advisor adviser createdby updatedby modifiedby assigned assignee referrer referred verified valid
validated confirmed opt optin optout consent subscribed newsletter bounce bounced hash md5 sha1 sha256 count
flag is has type typ lat lon lng latitude longitude format length quality cluster label truth gold match score
maiden former previous prev alias nickname nick login password pwd fax telefax vat tax mwst tva iva ust
discount rabatt fee tip domain age alter note notes comment comments remark bemerkung language sprache langue
lang locale idioma timezone death died deceased nationality citizenship staatsangehoerigkeit nationalite
marital familienstand children kinder income salary education url website www link image photo store branch
shop filiale warehouse supplier vendor seller campaign employee staff bank bic swift doctor physician provider
operator geburtsname naissancenom jeunefille duplicate dup segment rating points punkte balance visits expiry
since attempts channel kanal browser os version ip useragent utm medium carrier tracking geburtsland
birthcountry kosename spitzname username screenname handle beneficiary dependent witness freight porto versandkosten
"""
)
# Columns that say which records are one person: what linkage must find, never what it may read.
LABELS: Final = word_set(
    """
cluster clusterid entity entityid label truth trueid goldid goldenid goldenrecord matchid ismatch duplicateof
duplicate isduplicate dup dupid masterid groundtruth goldstandard uniqueperson mergedinto clusterlabel
identityid trueentity survivorid pairid
"""
)
