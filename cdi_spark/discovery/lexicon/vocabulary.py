"""The words that name columns and files, in the languages of Europe; folded, without blanks.

A word with `!` counts only where it is all that a name says; the others also within a longer name.
"""

from functools import lru_cache
from typing import Final

from cdi_spark.standardise.values import text as rules


@lru_cache(200_000)
def fold(text: str) -> str:
    """Text folded for comparing; empty rather than None."""
    return rules.fold(text) or ""


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# What a column may mean, and the words for it.
MEANINGS: Final[dict[str, str]] = {
    "given_name":
        "firstname fname forename forenames firstnames givenname givennames given! first! christianname "
        "vorname vornamen rufname prenom prenoms primernombre nombredepila nombres voornaam voornamen "
        "roepnaam imie imiona krestnijmeno fornavn fornamn tilltalsnamn etunimi keresztnev utonev prenume "
        "nomeproprio primeironome gname! vname! vn! fn! ad! adi! имя 名 frstname firstnme onoma!",
    "middle_name":
        "middlename middlenames middleinitial middle! mname mi! zweitername zweitvorname weiterevornamen "
        "segundonombre deuxiemeprenom secondprenom secondonome tweedenaam drugieimie othernames "
        "othergivennames mellomnavn mellannamn secondname midlname midname namemi midini midinit отчество patronymic",
    "family_name":
        "lastname lname surname familyname familynames family! last! sname! nachname nachnamen familienname "
        "zuname nomdefamille nomfamille nomusage apellido apellidos apellidopaterno primerapellido cognome "
        "cognomi sobrenome apelido achternaam familienaam nazwisko prijmeni priezvisko etternavn efternavn "
        "efternamn sukunimi vezeteknev csaladnev prezime soyad soyadi фамилия 姓 ln! nn! nname! lnme lastnme "
        "surnames nazwiska eponymo lnam",
    "second_family_name":
        "segundoapellido apellidomaterno secondsurname secondlastname apellido2 apellidosegundo",
    "name_particle": "tussenvoegsel tussenvoegsels namenszusatz voorvoegsel voorvoegsels nameparticle",
    "full_name":
        "fullname completename displayname personname customername contactname clientname wholename "
        "holdername accountholder cardholder nombrecompleto nombreyapellidos nombreapellidos "
        "apellidosynombre nomcomplet nomprenom nometprenom prenomnom prenometnom nomecompleto nomeecognome "
        "cognomeenome nominativo volledigenaam naamklant imienazwisko imieinazwisko nazwiskoiimie celejmeno "
        "vorundnachname vorundzuname namesurname nameandsurname "
        "vollername vollstaendigername namevorname vornamename vornamenachname nachnamevorname kontoinhaber "
        "titulaire titular! intestatario fullnm kundenname kundename klantnaam фио 氏名 recipient! addressee",
    # Full, given or family name, or something else's name: its neighbours and values tell.
    "name_word":
        "name! names! nom! nombre! nome! naam! navn! namn! nimi! nev! jmeno! ime! nazwa! meno! nume! nafn!",
    "title":
        "title! salutation anrede civilite civ! tratamiento titolo! aanhef prefix! nameprefix honorific "
        "courtesytitle tytul! zwrot! titel! formofaddress greeting! titre!",
    "gender":
        "gender sex! geschlecht sexe! sexo! sesso! geslacht plec! pohlavi kjonn kon! sukupuoli gndr! gendr "
        "cinsiyet neme! пол",
    "birth_date":
        "dateofbirth dateofb birthdate birthday dob! bdate! bday! borndate born! birth! dateborn bornon "
        "geburtsdatum geburtsdat gebdatum gebdat geburtstag geb! datedenaissance datenaissance naissance! "
        "nele! neele! ddn! fechadenacimiento fechadenac fechanacimiento fechanac nacimiento! fnac! fecnac "
        "datadinascita datanascita nascita! datadenascimento datanascimento nascimento! geboortedatum "
        "geboren! dataurodzenia dataur! datanarozeni datumnarozeni narozeni! fodselsdato fodselsdag "
        "fodelsedatum fodt! syntymaaika szuletesidatum datanasterii dtnasc датарождения 生年月日 dogumtarihi "
        "szuletett! szuletes! geburtsd birthdt dtofbirth bornwhen dtnascimento geboortedag",
    "birth_day": "dayofbirth birthdd bd! dobday dobd! birthdayday",
    "birth_month": "birthmonth monthofbirth bm! geburtsmonat dobmonth dobm! birthmm moisdenaissance",
    "birth_year":
        "birthyear yearofbirth yob! by! byear! geburtsjahr jahrgang anneedenaissance anneenaissance "
        "annonacimiento annodinascita annonascita geboortejaar rokurodzenia dobyear doby! birthyyyy "
        "bornyear",
    "birth_place":
        "birthplace placeofbirth geburtsort gebort lieudenaissance lieunaissance lugardenacimiento "
        "lugarnacimiento luogodinascita luogonascita comunedinascita geboorteplaats miejsceurodzenia "
        "mistonarozeni bornin bornat birthcity cityofbirth pob! fodested fodelseort birthtown "
        "villedenaissance villenaissance localnascimento",
    "email":
        "email emails emailaddress mail! mails! mailaddress emailid eaddress courriel correo! "
        "correoelectronico mailadresse emailadresse epost epostadresse adresemail adressemail adresseemail "
        "adresemejl postaelettronica indirizzoemail sahkoposti eposta почта メール emailaddr emal! eml! "
        "mailbox!",
    "phone":
        "phone phones phonenumber phonenumbers telephone telephonenumber tel telnumber mobile! mobiles! "
        "mobilenumber mobilephone cell! cellphone cellnumber handy! handynumber telefon telefonnumber "
        "rufnumber festnetz landline mobilfunk mobil! portable! telephoneportable numerodetelephone fixe! "
        "telefono movil! celular telefonocelular cellulare telefonofisso numeroditelefono telefoon "
        "telefoonnumber gsm! mobiel! komorka komorkowy numertelefonu telemovel puhelin matkapuhelin "
        "telefonszam msisdn whatsapp contactnumber homephone workphone dayphone daytimephone eveningphone "
        "телефон 電話番号 phon! callback mobilenummer telephones puh! tfno! privatnumber primaryphone "
        "officephone businessphone",
    "phone_prefix":
        "dialcode dialingcode diallingcode phoneprefix telprefix countrycallingcode callingcode "
        "phonecountrycode phonecode areacode vorwahl indicatif prefijo prefissotelefonico phonearea",
    "street":
        "street streets streetaddress address! address1 addressline1 addressline addresses! streetname "
        "street1 strasse str! strassenname strassehausnumber strassenumber strasseundhausnumber anschrift "
        "adresse1 rue! voie! nomvoie adresseligne1 calle! direccion! direccion1 domicilio! via! indirizzo "
        "straat straatnaam adres! ulica! ulice! gateadresse gatuadress adress! gatunamn! morada! endereco "
        "logradouro katuosoite utca! cim! strada! adresa! line1 homeaddress postaladdress mailingaddress "
        "residentialaddress road! roadname thoroughfare улица адрес 住所 postadresse adrline1 addressln1 "
        "addrln1 addressln addressline0 fulladdress addressfull completeaddress lines! add1! stnm! vejnavn "
        "osoite!",
    "house_number":
        "housenumber hausnumber hnr! streetnumber numerorue numerovoie numvoie numerocivico civico! "
        "huisnumber numerdomu nrdomu cislopopisne buildingnumber numeropuerta husnumber hausnr huisnr "
        "numbervoie",
    "unit":
        "address2 address3 addressln2 addressln3 addressline2 addressline3 street2 street3 apartment apt! "
        "aptnumber unit! unitnumber flat! flatnumber suite! floor! adresszusatz complementadresse "
        "complement! piso! puerta! interno! toevoeging huisnumbertoevoeging numermieszkania nrmieszkania "
        "line2 line3 zusatz! adresse2 direccion2 complemento! box!",
    "city":
        "city cities! cityname town! townname posttown locality suburb village! municipality ort! ortschaft "
        "stadt wohnort ville! villes! commune! localite ciudad! poblacion! localidad municipio! citta! "
        "comune! localita woonplaats plaats! stad! miasto miejscowosc mesto! obec! poststed postort "
        "kaupunki varos! telepules oras! cidade! sehir il! город 市 cty! place! hometown by! postitoimipaikka",
    "region":
        "state! province! region! county! stateprovince provincestate bundesland kanton departement! "
        "department! provincia! comunidad! regione! provincie! wojewodztwo fylke! lan! estado! uf! "
        "prefecture area! district! st! stateid statecode stateabbr область gouvernement! prov! county1 "
        "provincia1",
    "postcode":
        "postcode postalcode postal! zip! zipcode zip5! plz! postleitzahl codepostal cpostal! cp! "
        "codigopostal codpostal codepost! cap! codiceavviamentopostale kodpocztowy psc! postnumber! "
        "postnumero postinumero iranyitoszam irsz! cep! pincode eircode postkode индекс 郵便番号 zippostal "
        "zippostalcode pstcd! postcd! pcode! pc! pstlz postnr postnummer zippc! codigop!",
    "postcode_city":
        "plzort plzstadt cpville codepostalville postleitzahlort zipcity citystatezip cityzip cppoblacion",
    "country":
        "country! countries! land! pays! pais! paese! nazione! landcode countrycode countryname countryiso "
        "nation! laendercode landkz landeskennzeichen zeme! orszag! tara! страна 国 iso2! countryofresidence "
        "ctry! cntry! kraj! stat! laenderkennzeichen land1!",
    "national_id":
        "ssn! socialsecurity socialsecuritynumber socsec! socsecid ssnumber nationalid nationalidnumber "
        "nationalidentifier nationalinsurance nationalinsurancenumber nino! nin! sin! tfn! passport! "
        "passportnumber passportid idcard idcardnumber identitynumber identitycard identitydocument dni! "
        "nif! nie! dninie nifnie cedula! curp! rfc! rut! cpf! codicefiscale codfiscale bsn! "
        "burgerservicenumber pesel! personnumber personalnumber! fodselsnumber henkilotunnus rodnecislo "
        "cnp! cpr! sozialversicherungsnumber svnumber svnr! ahvnumber ahv! steuerid "
        "steueridentifikationsnumber steuernumber taxid taxnumber numerodesecuritesociale "
        "numerosecuritesociale securitesociale nir! drivinglicence drivinglicense driverslicense "
        "driverlicense aadhaar pannumber ausweisnumber personalausweisnumber nhsnumber medicarenumber medicare! "
        "tckimlik oib! govid governmentid numerosecu docidentidad documentoidentidad documento! "
        "personalidnumber personalidentitynumber",
    "device_id":
        "deviceid device! deviceuuid idfa! gaid! aaid! idfv! adid! advertisingid fingerprint browserid "
        "machineid imei! macaddress udid! deviceidentifier geraeteid appinstanceid installid",
    "cookie_id":
        "cookie! cookieid visitorid anonymousid anonid! clientcookie webid! visitor! cookieuuid cid!",
    "occupation":
        "occupation jobtitle job! profession! beruf! taetigkeit metier! emploi! puesto! ocupacion profesion "
        "professione lavoro! beroep! functie! zawod! stanowisko profissao position! role! jobrole yrke! "
        "fonction! cargo! berufsbezeichnung jobposition worktitle povolani",
    "company":
        "company! companyname employer employername organisation! organization! organisationname "
        "organizationname orgname firma! firmenname firmname arbeitgeber unternehmen entreprise! societe! "
        "raisonsociale empresa! azienda! ragionesociale societa! bedrijf! bedrijfsnaam nazwafirmy business! "
        "businessname workplace employeur denominazione! nomentreprise firm! organisatie! org!",
    "updated_at":
        "updatedat updated! lastupdated lastupdate lastmodified lastmodifieddate modified! modifieddate "
        "modifiedat modifiedon lastchange lastchanged changedat changed! changedate changedon updatedate "
        "updatets updatedon mtime! geaendertam geaendert! aenderungsdatum letzteaenderung aktualisiertam "
        "aktualisiert! datemodification datemaj miseajour modifiele dernieremodification fechamodificacion "
        "fechaactualizacion actualizado! ultimaactualizacion ultimamodifica datamodifica aggiornato! "
        "laatstgewijzigd gewijzigd! wijzigingsdatum datamodyfikacji zmodyfikowano lastedited systemmodstamp "
        "asof! versiondate upddate lastupd! aedat! updtime modificationdate modifdate dateupdated "
        "datemodified modtime! uptodate",
    "created_at":
        "createdat created! creationdate createdate createdon createdtime datecreated erdat! registrdate "
        "regdate registeredat registrationdate registered! registeredon signupdate signup! joindate joined! "
        "joinedat joinedon membersince customersince angelegtam angelegt! erstelltam erstellt! erstelldatum "
        "anlagedatum erfasstam kundeseit datecreation creele dateinscription inscritle fechaalta "
        "fechacreacion fecharegistro datacreazione dataregistrazione aangemaakt! aangemaaktop aanmaakdatum "
        "datautworzenia datarejestracji dateadded dateentered firstseen enrolmentdate enrollmentdate "
        "onboardedat accountopened crtdate insertedat dateregistered addedat",
    "deleted":
        "deleted! isdeleted deletedat deletedflag deletedon deletiondate geloescht! geloeschtam supprime! "
        "supprimele eliminado! eliminato! verwijderd! usuniety! removed! isremoved removedat tombstone! "
        "loevm! loeschkennzeichen delflag erased! erasedat",
    "active":
        "active! isactive activeflag aktiv! actif! activo! attivo! actief! aktywny! enabled! inactive! "
        "isinactive disabled! isdisabled",
    "ordered_at":
        "orderdate orderedat ordertime orderedon orderts bestelldatum bestelltam auftragsdatum datecommande "
        "datedecommande fechapedido fechadepedido dataordine besteldatum datazamowienia purchasedate "
        "purchasedat purchasetime transactiondate transactiontime saledate salesdate kaufdatum dateachat "
        "fechacompra placedat orderplaced bookingdate bookedat bookedon dateoforder ordercreated dateordered "
        "boughton boughtat orderdt txndate",
    "issued_on":
        "invoicedate invoicedon issuedate issued! issuedon issuedat dateissued billdate billingdate "
        "rechnungsdatum rechdat! datefacture datedefacture datefacturation fechafactura fechaemision "
        "datafattura dataemissione factuurdatum datafaktury datawystawienia fakturadatum ausgestelltam",
    "due_on":
        "duedate due! dueon dueat datedue paymentdue faelligkeitsdatum faelligam faellig! faelligkeit "
        "dateecheance echeance! vencimiento! fechavencimiento scadenza! datascadenza vervaldatum "
        "terminplatnosci payby payuntil",
    "started_on":
        "startdate start! startedat startedon startson begindate beginn! begin! validfrom vertragsbeginn "
        "abobeginn startdatum datedebut debut! fechainicio inicio! datainizio inizio! ingangsdatum "
        "datarozpoczecia subscribedat activatedat activatedon activationdate signedon since! started! "
        "begins! datestart laufzeitbeginn",
    "ended_on":
        "enddate end! endedat endedon endson expirydate expiry! expires! expiresat expirationdate validto "
        "validuntil vertragsende aboende ende! enddatum datefin datedefin fin! fechafin datafine einddatum "
        "datazakonczenia cancelledat canceledat cancelledon canceledon cancellationdate terminationdate "
        "churnedat kuendigungsdatum gekuendigtam until! ended! ends! dateend laufzeitende",
    "opened_at":
        "openedat opened! dateopened opendate openedon reportedat reportedon raisedat raisedon submittedat "
        "eroeffnetam gemeldetam eingegangenam ouvertle dateouverture fechaapertura abierto! dataapertura "
        "geopend! otwarto! datazgloszenia receiveddate loggedon opentime",
    "closed_at":
        "closedat closed! dateclosed closedate closedon resolvedat resolvedon resolved! resolutiondate "
        "solvedat solved! geschlossenam erledigtam geloestam fermele datecloture clotureele resueltoel "
        "fechacierre cerrado! datachiusura chiuso! gesloten! geslotenop datazamkniecia completedat "
        "closetime abgeschlossenam",
    "occurred_at":
        "occurredat occurredon eventtime eventdate eventtimestamp timestamp! ts! time! datetime! eventts "
        "logtime loggedat visittime sessionstart clickedat viewedat receivedat zeitstempel zeitpunkt "
        "horodatage fechahora tijdstip znacznikczasu happenedat servertime clienttime hittime unixtime "
        "epoch! when! at! zeit!",
    "date": "date! datum! data! fecha! dato! day! fec! dte! dato1 dates!",
    "status":
        "status! state! orderstatus statut! statuscode orderstate casestatus ticketstatus statusname zustand! "
        "stato! invoicestatus paymentstatus subscriptionstatus estatus! bestellstatus etat! currentstatus",
    "amount":
        "amount totalamount total! grandtotal ordertotal totalprice ordervalue value! sum! betrag "
        "gesamtbetrag summe! gesamtsumme gesamtpreis endbetrag rechnungsbetrag umsatz! montant montanttotal "
        "montantttc totalttc ttc! importe importetotal importo importototale totale! bedrag totaalbedrag "
        "totaal! kwota kwotabrutto wartosc! suma! brutto! gross! grossamount revenue! turnover! amountpaid "
        "invoiceamount cost! charge! monthlyprice fee! mrr! belop belopp montante valor! monthlyfee price! "
        "preis! prix! precio! prezzo! prijs! cena! linetotal invoicetotal totalincvat amt! amounttotal "
        "paid! spend! totalgross totaleur totalgbp totalusd nettobetrag netamount subtotal! net! netto! "
        "extendedprice",
    "currency":
        "currency currencycode curr! ccy! waehrung devise! moneda! divisa! valuta! valutakod munteenheid "
        "waluta! moeda! currencyiso cur! valutacode isocurrency",
    "quantity":
        "quantity qty! units! pieces! menge! anzahl! quantite qte! cantidad cant! quantita aantal! ilosc! "
        "quantidade antal! pcs! qnty! stueckzahl qtyordered",
    "unit_price":
        "unitprice priceperunit itemprice stueckpreis einzelpreis prixunitaire preciounitario "
        "prezzounitario stukprijs cenajednostkowa unitcost listprice priceeach",
    "product_code":
        "productid productcode productnumber sku! skus! skucode itemcode itemid itemnumber articleid "
        "articlenumber artikelnumber artikelid artnr! artnumber ean! gtin! asin! isbn! upc! codeproduit "
        "refproduit codigoproducto codiceprodotto productref kodproduktu stockcode materialnumber "
        "partnumber idproduit idproducto articlecode productsku itemsku",
    "product_name":
        "product! productname producttitle item! itemname article! artikel! produkt! produktname "
        "artikelbezeichnung artikelname produit! designation! producto! prodotto! artikelnaam nazwaproduktu "
        "description! beschreibung! bezeichnung! itemdescription productdescription nomproduit libelle! "
        "nombreproducto",
    "plan":
        "plan! planname package! tarif! tariff! tarifname tier! subscriptiontype subscriptionplan "
        "abonnement! abotyp formule! tarifa! piano! pakiet! planid plancode membershiptype productplan "
        "paket! plantype contracttype",
    "priority":
        "priority prioritylevel prioritaet prio! severity! urgency priorite prioridad priorita prioriteit "
        "priorytet",
    "subject":
        "subject! betreff objet! asunto! oggetto! onderwerp temat! summary! topic! issue! subjectline "
        "ticketsubject anliegen motif! emne! amne!",
    "event_name":
        "event! eventname eventtype action! actionname activity! activityname aktion! evenement! evento! "
        "gebeurtenis zdarzenie ereignis! eventaction activitytype handlung! feature!",
}  # fmt: skip
