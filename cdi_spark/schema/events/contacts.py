"""Events without money: support cases, usage, contacts with a customer, consents."""

from cdi_spark.schema.declare import BOOLEAN, DOUBLE, LONG, STATUS, STRING, TIMESTAMP, Column
from cdi_spark.schema.event_table import (
    EventTable,
    FoundBy,
    Summary,
    SummaryOf,
    TimelineEntry,
    count_of,
    event_columns,
    last_of,
)

SUPPORT_CASE = EventTable(
    "silver.support_case",
    "One row per support case",
    ("support_case_id",),
    event_columns(
        "support_case",
        Column("opened_at", TIMESTAMP, "when opened, UTC"),
        Column("closed_at", TIMESTAMP, "when closed, UTC; null while open"),
        Column("priority", STRING, "priority, as the source gives it"),
        STATUS,
        Column("subject", STRING, "subject line, free text: may name people", "identifier"),
    ),
    timeline=(
        TimelineEntry(
            "'opened'",
            "opened_at",
            also={"ends_on": "closed_at", "status": "status", "subject": "subject"},
        ),
        TimelineEntry(
            "'closed'",
            "closed_at",
            where="closed_at IS NOT NULL",
            also={"status": "status", "subject": "subject"},
        ),
    ),
    fact="case",
    summary=(
        count_of("support_case", "number of support cases"),
        Summary(
            SummaryOf.OPEN_COUNT,
            Column("open_support_case_count", LONG, "number of support cases not closed"),
        ),
    ),
    found_by=FoundBy(
        names="ticket tickets case cases supportcase supportcases incident incidents complaint complaints "
        "helpdesk support servicerequest servicerequests reklamation reklamationen anfrage anfragen "
        "beschwerde zgloszenie zgloszenia supporttickets reclamation reclamations incidencia incidencias "
        "segnalazione klacht klachten reclamacao reclamacoes reclamo reclamos reclami queja quejas demande "
        "demandes chamado chamados arende arenden supportarende supportarenden henvendelse henvendelser "
        "tiketti tiketit stiznost stiznosti sikayet sikayetler stoerung stoerungen vorgang vorgaenge "
        "servicefall servicefaelle supportfall supportfaelle meldingen melding обращение обращения",
        evidence={"opened_at": 2, "closed_at": 1, "priority": 1, "subject": 1},
        needs=("opened_at date created_at occurred_at subject",),
        words={
            "subject": "omschrijving! beschrijving! descripcion! descrizione! descricao! opis! popis! leiras! "
            "aciklama! "
            "kuvaus! beskrivelse! beskrivning! motivo! problem! probleem! problema! probleme! nachricht! "
            "message! mensaje! messaggio! bericht! inhalt! meldung!",
        },
        columns={
            "opened_at": "opened_at created_at date occurred_at started_on",
            "closed_at": "closed_at ended_on",
            "priority": "priority",
            "status": "status",
            "subject": "subject product_name title",
        },
    ),
)

USAGE = EventTable(
    "silver.usage",
    "One row per product usage event",
    ("usage_id",),
    event_columns(
        "usage",
        Column("occurred_at", TIMESTAMP, "when, UTC"),
        Column("name", STRING, "event name"),
        Column("device_id", STRING, "device", "identifier"),
        Column("cookie_id", STRING, "cookie", "identifier"),
    ),
    timeline=(TimelineEntry("name", "occurred_at"),),
    activity="true",
    fact="usage",
    summary=(
        count_of("usage", "number of product usage events"),
        last_of("usage", "newest product usage event, UTC"),
    ),
    found_by=FoundBy(
        names="event events usage log logs session sessions click clicks clickstream pageview pageviews activity "
        "activities login logins visit visits hit hits weblog appevents nutzung ereignis ereignisse "
        "evenement evenements evento eventos eventi zugriff zugriffe sitzung sitzungen connexion connexions "
        "sesion sesiones sessione sessioni acceso accesos accesso accessi acessos sessie sessies sesja "
        "sesje nutzungsdaten telemetry screenview screenviews download downloads webtracking",
        evidence={"occurred_at": 1, "event_name": 2, "cookie_id": 0.5, "device_id": 0.5},
        needs=("occurred_at date created_at ordered_at",),
        columns={
            "occurred_at": "occurred_at date created_at started_on ordered_at opened_at",
            "name": "event_name subject product_name",
            "device_id": "device_id",
            "cookie_id": "cookie_id",
        },
    ),
)

INTERACTION = EventTable(
    "silver.interaction",
    "One row per contact with a customer: mail, call, chat, survey, visit, campaign",
    ("interaction_id",),
    event_columns(
        "interaction",
        Column("occurred_at", TIMESTAMP, "when, UTC"),
        Column("channel", STRING, "email, call, chat, survey, social, store, …, in lower case", is_word=True),
        Column(
            "kind",
            STRING,
            "what happened: sent, opened, clicked, received, answered, visited, …",
            is_word=True,
        ),
        Column("campaign", STRING, "campaign of the contact"),
        Column("score", DOUBLE, "answer to a survey, in the unit that the source has"),
        Column("subject", STRING, "subject line, free text: may name people", "identifier"),
    ),
    timeline=(
        TimelineEntry(
            "kind",
            "occurred_at",
            also={"channel": "channel", "campaign": "campaign", "subject": "subject", "score": "score"},
        ),
    ),
    fact="interaction",
    summary=(
        count_of("interaction", "number of contacts: mails, calls, chats, surveys, visits, campaigns"),
        last_of("interaction", "newest contact, UTC"),
    ),
    found_by=FoundBy(
        names="interaction interactions contacthistory communication communications call calls chat chats survey "
        "surveys campaign campaigns mailing mailings newsletter newsletters touchpoint touchpoints anruf "
        "anrufe umfrage umfragen kampagne kampagnen appel appels enquete enquetes campagne campagnes "
        "llamada llamadas encuesta encuestas chiamata chiamate sondaggio sondaggi campagna campana campanas "
        "nps npsresponse npsresponses feedback surveyresponse surveyresponses calllog calllogs emailsend "
        "emailsends emailevent emailevents kontakthistorie contactmoment contactmomenten gespraech "
        "gespraeche telefonat telefonate sondage sondages ankieta ankiety enkat enkater kysely kyselyt "
        "pesquisa pesquisas anket anketler",
        # Low: files of people have such columns too, so the name or an id must indicate the table as well.
        evidence={"channel": 0.5, "campaign": 0.5, "score": 0.5},
        needs=("occurred_at date created_at", "channel campaign score event_name subject"),
        columns={
            "occurred_at": "occurred_at date created_at started_on opened_at",
            "channel": "channel",
            "kind": "event_name",
            "campaign": "campaign",
            "score": "score",
            "subject": "subject",
        },
        words={
            "channel": "channel! kanal! canal! canale! kanaal! contactchannel kontaktkanal communicationchannel",
            "campaign": "campaign! campaignname kampagne! kampagnenname campagne! nomcampagne campana! campagna!",
            "score": "score! surveyscore nps! npsscore csat! csatscore rating! bewertung! satisfactionscore",
        },
    ),
)

CONSENT = EventTable(
    "silver.consent",
    "One row per consent given or refused; the newest per purpose and channel is valid",
    ("consent_id",),
    event_columns(
        "consent",
        Column("purpose", STRING, "purpose: marketing, profiling, …"),
        Column("channel", STRING, "email, phone, post, sms; null means all channels"),
        Column("granted", BOOLEAN, "true where given, false where refused or withdrawn"),
        Column("given_at", TIMESTAMP, "when, UTC"),
    ),
    timeline=(
        TimelineEntry(
            "IF(granted, 'granted', 'refused')",
            "given_at",
            also={"channel": "channel", "subject": "purpose"},
        ),
    ),
    summary=(
        Summary(
            SummaryOf.ANSWERS,
            Column(
                "consents",
                f"map<{STRING},{BOOLEAN}>",
                "newest consent by purpose or by purpose:channel",
            ),
        ),
    ),
    found_by=FoundBy(
        names="consent consents optin optins optout optouts permission permissions einwilligung einwilligungen "
        "consentement consentements consentimiento consentimientos consenso consensi toestemming "
        "toestemmingen zgoda zgody samtykke samtykker samtycke samtycken suostumus suostumukset souhlas "
        "souhlasy consentimento consentimentos consentpreferences contactpreferences",
        evidence={"granted": 0.5, "purpose": 0.5},
        needs=("granted", "given_at date created_at occurred_at updated_at"),
        columns={
            "given_at": "given_at date created_at occurred_at updated_at",
            "purpose": "purpose",
            "channel": "channel",
            "granted": "granted",
        },
        words={
            "given_at": "consentdate consentat consentedat consentgivenat grantedat grantedon optindate optedinat "
            "einwilligungsdatum",
            "purpose": "purpose! zweck! finalite! finalidad! finalita! doel! consentpurpose consenttype",
            "granted": "granted! isgranted consent! consented! consentgiven consentgranted optin! optedin "
            "einwilligung! zugestimmt! consentement! consentimiento! consenso! toestemming! zgoda!",
        },
    ),
)
