"""The words of a header show what its column holds, in many languages and spellings."""

import pytest

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.recognise.kinds import event_kind_of


@pytest.mark.parametrize(
    ("meaning", "spellings"),
    [
        ("given_name", "first_nm|FirstName|fname|custFirstName|Vorname|Prénom|voornaam|imię|Förnamn|KUNDE_VORNAME"),
        ("family_name", "last_nm|surname|Nachname|PRIMER_APELLIDO|Cognome|achternaam|nazwisko|Příjmení|efternavn"),
        ("full_name", "fullName|customer_name|Nachname, Vorname|Nom complet|ContactName|nome_completo|"
                      "first_and_surname|Vor- und Nachname|lname_fname|forename surname"),
        ("birth_date", "DOB|Geb.-Datum|date_of_birth|Date de naissance|F_NACIMIENTO|data urodzenia|BirthDate|birth_dt"),
        ("email", "E-Mail|mail|EMAIL_ADDR|Courriel|adres e-mail|Contact_Email__c|E-mail 1 - Value|e-post"),
        ("phone", "Mobile|Telefon-Nr.|tel1|Tél. portable|cell|HomePhone|TLF_MOVIL|telefoonnummer|msisdn"),
        ("street", "Address1|Straße|addr_ln_1|rue|calle|Address 1 - Street|MailingStreet|ulica i numer|indirizzo"),
        ("house_number", "Hausnr.|house_no|street_number|huisnummer"),
        ("city", "Ort|town|Ville|ship_city|miejscowość|Address 1 - City|suburb|Wohnort"),
        ("postcode", "PLZ|zip|post_code|Code postal|CAP|ShipPostalCode|kod pocztowy|Postnr|Address 1 - Postal Code"),
        ("country", "Land|country_code|Pays|ship_country"),
        ("gender", "Sex|Geschlecht|gender_cd|płeć|sexo|geslacht"),
        ("national_id", "SSN|soc_sec_id|Codice fiscale|PESEL|Personnummer|NINO"),
        ("updated_at", "last_modified|geändert am|updatedAt|SystemModstamp|Date de modification"),
        ("amount", "total|Betrag|order_total|Montant TTC|kwota|gross_amt"),
        ("ordered_at", "OrderDate|Bestelldatum|date_commande|purchase_date"),
    ],
)  # fmt: skip
def test_a_header_names_its_meaning(meaning: str, spellings: str) -> None:
    said = {header: headers.find_meanings(header) for header in spellings.split("|")}
    assert {h: max(found, key=lambda m: found[m], default="") for h, found in said.items()} == dict.fromkeys(
        said, meaning
    )


@pytest.mark.parametrize(
    "header",
    ["spouse_name", "emergency_contact_phone", "email_verified", "phone_type", "Account Owner", "ATTENDING_MD_NM",
     "maiden_name", "sales_rep_email", "password", "created_by", "mother_name"],
)  # fmt: skip
def test_a_header_about_someone_or_something_else_names_no_person(header: str) -> None:
    personal = {"given_name", "family_name", "full_name", "name_word", "email", "phone"}
    assert headers.is_about_another(header) or not personal & headers.find_meanings(header).keys()


@pytest.mark.parametrize(
    ("header", "subject"),
    [("customer_id", "customer"), ("CustomerRef", "customer"), ("KundenNr", "kunden"), ("InvoiceNo", "invoice"),
     ("id", ""), ("rec_id", "rec"), ("city", None), ("first_name", None)],
)  # fmt: skip
def test_the_header_of_an_id_names_what_it_identifies(header: str, subject: str | None) -> None:
    assert headers.find_id_subject(header) == subject


def test_columns_of_which_records_are_one_person_are_labels() -> None:
    assert [headers.is_label(h) for h in ("cluster", "entity_id", "true_id", "customer_id", "labels_sent")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_prefix_of_most_columns_means_nothing() -> None:
    names = ["PT_DOB", "PT_SEX", "PT_ZIP5", "PT_LAST_NM", "MRN"]
    assert headers.find_meanings("PT_DOB") == {}
    assert headers.find_meanings("PT_DOB", context=headers.find_common_prefixes(names)).keys() == {
        "birth_date"
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [("orders_2024", "order"), ("Rechnungen", "invoice"), ("lineItems", "order_line"), ("tickets", "support_case"),
     ("abonnements", "subscription"), ("app events", "usage"), ("customers", None)],
)  # fmt: skip
def test_the_name_of_a_file_shows_the_kind_of_event(name: str, kind: str | None) -> None:
    assert event_kind_of(name) == kind


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("SSN", "ssn"), ("soc_sec_id", "ssn"), ("Codice fiscale", "codice_fiscale"), ("passport_no", "passport"),
        ("Steuer-ID", "steuer_id"), ("NINO", "nino"), ("PESEL", "pesel"), ("national_id", ""), ("Tax ID", ""),
    ],
)  # fmt: skip
def test_a_header_names_the_document_of_a_national_id_unless_every_state_uses_its_words(
    header: str, kind: str
) -> None:
    assert headers.find_national_id_kind(header) == kind


def test_the_form_of_a_national_id_names_its_document_where_one_state_alone_uses_it() -> None:
    forms = ["123-45-6789", "AB 12 34 56 C", "12345678Z", "121212-1212", "840501/1234", "17"]
    assert [patterns.national_id_kind(value) for value in forms] == [
        "ssn", "nino", "dni", "", "rodne_cislo", "",
    ]  # fmt: skip
