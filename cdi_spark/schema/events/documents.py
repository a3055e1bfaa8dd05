"""Events with money: orders and their lines, invoices, payments, subscriptions."""

from cdi_spark.schema.declare import (
    AMOUNT,
    CURRENCY,
    DATE,
    INT,
    IS_VOID,
    LONG,
    MONEY,
    STATUS,
    STRING,
    STRINGS,
    TIMESTAMP,
    Column,
)
from cdi_spark.schema.event_table import (
    EventTable,
    FoundBy,
    Summary,
    SummaryOf,
    TimelineEntry,
    count_of,
    document_summary,
    event_columns,
)

_OF_DOCUMENTS = {
    "status": "status",
    "is_void": "coalesce(is_void, false)",
    "amount": "amount",
    "currency": "currency",
}

ORDER = EventTable(
    "silver.order",
    "One row per order",
    ("order_id",),
    event_columns("order", Column("ordered_at", TIMESTAMP, "when, UTC"), STATUS, IS_VOID, AMOUNT, CURRENCY),
    timeline=(TimelineEntry("'placed'", "ordered_at", also=_OF_DOCUMENTS),),
    priced_on="ordered_at",
    activity="true",
    fact="order",
    summary=document_summary("order", "orders"),
    found_by=FoundBy(
        names="sprzedaz sprzedaze paragon paragony "
        "order orders bestellung bestellungen auftrag auftraege commande commandes pedido pedidos ordine "
        "ordini zamowienie zamowienia bestelling bestellingen purchase purchases sale sales transaction "
        "transactions booking bookings verkauf verkaeufe achat achats compra compras vente ventes ventas "
        "vendita vendite kauf kaeufe ordre reservation reservations buchung buchungen reserva reservas "
        "receipt receipts webshop objednavka objednavky venda vendas encomenda encomendas comanda comandes "
        "comenzi tilaus tilaukset siparis siparisler satis satislar ordrer bestallning bestallningar "
        "rendeles rendelesek salesorder salesorders umsatz umsaetze kassenbon kassenbons pos заказ заказы 注文 订单 "
        "売上 購入 レシート 销售 訂單 주문",
        evidence={"ordered_at": 2, "amount": 0.5},
        needs=("ordered_at date occurred_at created_at amount debit",),
        words={
            "ordered_at": "datasprzedazy datatransakcji datakupna datazakupu datavenda datacompra siparistarihi "
            "tilauspaiva "
            "tilauspvm bestillingsdato ordredato orderdag bestallningsdatum datumobjednavky datacomenzii "
            "rendelesdatuma",
        },
        columns={
            "ordered_at": "ordered_at date created_at occurred_at issued_on opened_at booked_on",
            "status": "status",
        },
    ),
)

ORDER_LINE = EventTable(
    "silver.order_line",
    "One row per line of an order",
    ("order_line_id",),
    event_columns(
        "order_line",
        Column("order_key", STRING, "the order's own key: its order_id is <source>:<order_key>", "pseudonym"),
        Column("product_code", STRING, "product or SKU code"),
        Column("product_name", STRING, "name of the product on the order"),
        Column("quantity", INT, "pieces"),
        Column("unit_price", MONEY, "price per piece, in `currency`"),
        AMOUNT,
        CURRENCY,
    ),
    found_by=FoundBy(
        names="orderline orderlines lineitem lineitems orderitem orderitems orderdetail orderdetails positions "
        "positionen line lines item items bestellposition bestellpositionen ligne lignes lignescommande "
        "linea lineas lineaspedido riga righe regel regels orderregels pozycja pozycje basketitems "
        "cartitems salesline saleslines auftragsposition auftragspositionen orderposition orderpositionen "
        "rechnungsposition rechnungspositionen lignefacture lignesfacture itemvenda itensvenda itens "
        "itempedido itenspedido detallepedido detallespedido detallepedidos dettaglioordine dettagliordine "
        "orderrad orderrader bestelregel bestelregels factuurregel factuurregels ordrelinje ordrelinjer "
        "tilausrivi tilausrivit polozky polozkaobjednavky pozycjezamowienia pozycjezamowien invoiceline "
        "invoicelines invoiceitem invoiceitems saleitem saleitems salesitems transactionline "
        "transactionlines receiptline receiptlines cartline cartlines purchaseline purchaselines",
        evidence={"quantity": 1, "unit_price": 1, "product_code": 1, "product_name": 0.5},
        needs=("product_code product_name quantity", "quantity amount unit_price"),
        words={
            "product_name": "articolo! articulo! artigo! produto! vara! vare! varenavn tuote! termek! urun! zbozi! "
            "towar! "
            "produs! tovar!"
        },
        columns={"product_code": "product_code", "product_name": "product_name subject name_word"},
    ),
)

INVOICE = EventTable(
    "silver.invoice",
    "One row per invoice",
    ("invoice_id",),
    event_columns(
        "invoice",
        Column("issued_on", DATE, "date of issue"),
        Column("due_on", DATE, "date due"),
        Column(
            "kind",
            STRING,
            "invoice or credit_note; a credit note's amount is negative",
            is_word=True,
            default="invoice",
        ),
        STATUS,
        IS_VOID,
        AMOUNT,
        CURRENCY,
    ),
    timeline=(TimelineEntry("kind", "issued_on", also={**_OF_DOCUMENTS, "ends_on": "due_on"}),),
    priced_on="issued_on",
    credit_kind="credit_note",
    activity="NOT what <=> 'credit_note'",
    fact="invoice",
    summary=document_summary("invoice", "invoices, less credit notes"),
    found_by=FoundBy(
        names="invoice invoices rechnung rechnungen facture factures factura facturas fattura fatture factuur "
        "facturen faktura faktury bill bills fakturor fakturaer fatura faturas faturalar lasku laskut "
        "szamla szamlak facturi creditnote creditnotes creditmemo creditmemos gutschrift gutschriften avoir "
        "avoirs notacredito notascredito notadicredito notedicredito creditnota creditnotas kreditnota "
        "kreditnotor kreditnotaer korekta korekty счет счета",
        evidence={"issued_on": 2, "due_on": 1, "amount": 0.5},
        needs=("amount debit issued_on due_on date created_at",),
        words={
            "due_on": "vencimento! datavencimento forfallodatum forfaldsdato forfallsdato forfallodag erapaiva "
            "splatnost! datumsplatnosti vadetarihi terminzaplaty fizetesihatarido datascadentei",
        },
        columns={
            "issued_on": "issued_on date created_at ordered_at occurred_at booked_on",
            "due_on": "due_on",
            "status": "status",
        },
    ),
)

PAYMENT = EventTable(
    "silver.payment",
    "One row per payment or refund",
    ("payment_id",),
    event_columns(
        "payment",
        Column("paid_invoice_id", STRING, "invoice_id of the invoice that is paid", "pseudonym"),
        Column("paid_on", DATE, "day of the payment"),
        Column(
            "kind",
            STRING,
            "payment or refund; a refund's amount is negative",
            is_word=True,
            default="payment",
        ),
        Column("method", STRING, "means of payment, as the source gives it"),
        STATUS,
        IS_VOID,
        AMOUNT,
        CURRENCY,
    ),
    timeline=(TimelineEntry("kind", "paid_on", also={**_OF_DOCUMENTS, "channel": "method"}),),
    priced_on="paid_on",
    credit_kind="refund",
    activity="true",
    fact="payment",
    summary=document_summary("payment", "payments, less refunds"),
    found_by=FoundBy(
        names="payment payments zahlung zahlungen zahlungseingang zahlungseingaenge paiement paiements pago pagos "
        "pagamento pagamenti pagamentos betaling betalingen platnosc platnosci refund refunds remittance "
        "remittances incasso incassi incassos betalinger betalning betalningar maksu maksut platba platby "
        "fizetes fizetesek odeme odemeler cobro cobros encaissement encaissements reglement reglements "
        "versement versements wplata wplaty erstattung erstattungen rueckzahlung rueckzahlungen "
        "remboursement remboursements reembolso reembolsos rimborso rimborsi terugbetaling terugbetalingen "
        "zwroty оплата платеж платежи",
        evidence={"paid_on": 1, "method": 0.5, "amount": 0.5},
        needs=("amount debit", "paid_on booked_on date created_at occurred_at"),
        columns={
            "paid_on": "paid_on booked_on date created_at occurred_at",
            "method": "method",
            "status": "status",
        },
        words={
            "paid_on": "paymentdate paidon paidat datepaid zahlungsdatum zahldatum bezahltam datepaiement "
            "datedepaiement fechapago fechadepago datapagamento datadipagamento betaaldatum betaaldop dataplatnosci",
            "method": "method! paymentmethod paymenttype paymentmode zahlungsart zahlart zahlweise zahlungsmethode "
            "moyenpaiement moyendepaiement modepaiement modedepaiement metodopago metododepago formapago "
            "formadepago metodopagamento metododipagamento betaalmethode betaalwijze",
        },
    ),
)

SUBSCRIPTION = EventTable(
    "silver.subscription",
    "One row per subscription",
    ("subscription_id",),
    event_columns(
        "subscription",
        Column("plan", STRING, "plan"),
        Column("started_on", DATE, "first day"),
        Column("ended_on", DATE, "last day; null while the subscription runs"),
        STATUS,
        AMOUNT,
        CURRENCY,
    ),
    timeline=(
        TimelineEntry(
            "'started'",
            "started_on",
            also={
                "ends_on": "ended_on",
                "status": "status",
                "subject": "plan",
                "amount": "amount",
                "currency": "currency",
            },
        ),
        TimelineEntry(
            "'ended'", "ended_on", where="ended_on IS NOT NULL", also={"status": "status", "subject": "plan"}
        ),
    ),
    activity="what = 'started'",
    fact="subscription",
    running="active_subscriptions",
    summary=(
        count_of("subscription", "number of subscriptions, running or ended"),
        Summary(
            SummaryOf.OPEN_COUNT,
            Column("active_subscription_count", LONG, "number of subscriptions without a last day"),
        ),
        Summary(
            SummaryOf.OPEN_SUBJECTS, Column("plans", STRINGS, "plans of the subscriptions without a last day")
        ),
    ),
    found_by=FoundBy(
        names="subscription subscriptions abo abos abonnement abonnements suscripcion suscripciones abbonamento "
        "abbonamenti abonament abonamenty contract contracts vertrag vertraege contrat contrats contrato "
        "contratos membership memberships mitgliedschaft mitgliedschaften assinatura assinaturas "
        "lidmaatschap lidmaatschappen abonnementen abonnementer prenumeration prenumerationer predplatne "
        "elofizetes elofizetesek abonelik abonelikler contratto contratti contracten umowa umowy avtal "
        "sopimus sopimukset smlouva smlouvy szerzodes szerzodesek sozlesme policy policies police policen "
        "polizza polizze poliza polizas",
        evidence={"plan": 1, "started_on": 1, "ended_on": 1, "amount": 0.5},
        needs=("plan started_on date product_name created_at",),
        words={
            "plan": "plano!",
            "ended_on": "fim! datafim termino! datatermino koniec! slut! slutdato slutdatum sluttdato paattyy! bitis! "
            "bitistarihi konec! datumkonce vege! sfarsit!",
        },
        columns={
            "started_on": "started_on date created_at ordered_at",
            "ended_on": "ended_on due_on",
            "plan": "plan product_name product_code",
            "status": "status",
        },
    ),
)
