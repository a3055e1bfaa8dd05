"""Files of events in many languages: the table, the person, the key and the lines of each."""

from __future__ import annotations

import pytest

from tests.discovery.conftest import Init

ROWS = 30
PEOPLE = "\n".join(["customer_no,first_name,last_name", *(f"K{70_000 + n},Ann,Lee" for n in range(ROWS))])


@pytest.mark.parametrize(
    ("kind", "name", "header", "row", "lines"),
    [
        ("order", "pedidos", "nº pedido;cliente;fecha pedido;importe total", "P{n};{k};03/04/2024;12,50",
         "ordered_at amount"),
        ("order", "satislar", "siparis no;musteri no;siparis tarihi;tutar", "S{n};{k};03.04.2024;12,50",
         "ordered_at amount"),
        ("order", "vendas", "id_venda;id_cliente;data_venda;valor_total", "{n};{k};2024-04-03;12.50",
         "ordered_at amount"),
        ("order_line", "Auftragspositionen", "AuftragsNr;Pos;KundenNr;ArtikelNr;Menge;Einzelpreis",
         "A{h};{m};{k};SKU{m};2;4,50", "order_key product_code quantity unit_price amount"),
        ("order_line", "lignes_commande", "commande;ligne;client;code article;quantité;prix unitaire",
         "C{h};{m};{k};SKU{m};2;4,50", "order_key product_code quantity unit_price amount"),
        ("invoice", "faturas", "nº fatura;cliente;data de emissão;data de vencimento;valor",
         "F{n};{k};03/04/2024;03/05/2024;12,50", "issued_on due_on amount"),
        ("invoice", "fakturor", "fakturanr;kundnr;fakturadatum;förfallodatum;belopp",
         "F{n};{k};2024-04-03;2024-05-03;12,50", "issued_on due_on amount"),
        ("invoice", "credit_notes", "credit_note_no;customer_no;issue date;amount", "F{n};{k};2024-04-03;12.50",
         "issued_on kind amount"),
        ("payment", "incassi", "id incasso;cliente;data incasso;importo", "I{n};{k};03/04/2024;12,50",
         "paid_on amount"),
        ("payment", "Zahlungseingänge", "Zahlungsnr;Kundennr;Zahldatum;Betrag;Zahlart",
         "Z{n};{k};03.04.2024;12,50;SEPA",
         "paid_on amount method"),
        ("payment", "refunds", "refund_id;customer_no;date;amount", "R{n};{k};2024-04-03;12.50", "paid_on kind amount"),
        ("subscription", "abonnements", "n° abonnement;client;formule;date de début;date de fin;prix",
         "A{n};{k};Pro;01/01/2024;;9,90", "plan started_on amount"),
        ("subscription", "assinaturas", "id;cliente;plano;início;fim;valor", "M{n};{k};ouro;2024-01-01;2025-01-01;9.90",
         "plan started_on ended_on amount"),
        ("support_case", "incidencias", "id;cliente;fecha apertura;asunto;estado", "I{n};{k};03/04/2024;averia;abierto",
         "opened_at subject status"),
        ("support_case", "klachten", "klachtnr;klant;datum;onderwerp;status", "K{n};{k};03-04-2024;kapot;open",
         "opened_at subject status"),
        ("usage", "Zugriffe", "id;Kundennr;Zeitstempel;Ereignis", "Z{n};{k};03.04.2024 10:00:00;login",
         "occurred_at name"),
        ("usage", "eventos", "id;cliente;fecha_hora;evento", "E{n};{k};2024-04-03 10:00:00;inicio", "occurred_at name"),
        ("interaction", "campañas", "id;cliente;fecha;canal", "A{n};{k};03/04/2024;email", "occurred_at channel"),
        ("interaction", "nps_responses", "response_id;customer_no;date;score;channel", "A{n};{k};2024-04-03;9;email",
         "occurred_at score channel"),
        ("consent", "toestemmingen", "id;klant;datum;doel;kanaal;toestemming", "E{n};{k};03-04-2024;marketing;sms;ja",
         "given_at purpose channel granted"),
        ("consent", "consentements", "id;client;date;finalité;canal;consentement",
         "E{n};{k};03/04/2024;marketing;sms;oui",
         "given_at purpose channel granted"),
    ],
)  # fmt: skip
def test_an_event_finds_its_table_and_its_person(
    init: Init, kind: str, name: str, header: str, row: str, lines: str
) -> None:
    rows = [
        row.format(n=1_000 + n, k=f"K{70_000 + n * 7 % ROWS}", h=1_000 + n // 3, m=n % 3 + 1)
        for n in range(ROWS)
    ]
    written = init({"customers.csv": PEOPLE, f"{name}.csv": "\n".join([header, *rows])})
    [source] = [source for key, source in written.sources.items() if key != "customers"]
    emit = next(emit for emit in source["emits"] if emit["table"] == kind)
    assert emit["person_source"] == "customers"
    assert set(lines.split()) <= emit["columns"].keys()
    # A customer may have a second event tomorrow.
    assert source["key"] != emit["person"]
