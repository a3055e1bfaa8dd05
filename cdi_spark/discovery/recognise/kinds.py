"""What the rows of a file or array are, by its name."""

from __future__ import annotations

from functools import cache
from typing import Final

from cdi_spark.discovery.lexicon.headers import canon, tokens_of

_WORDS: Final[dict[str, str]] = {
    "order_line":
        "orderline orderlines lineitem lineitems orderitem orderitems orderdetail orderdetails positions positionen "
        "line lines item items bestellposition bestellpositionen ligne lignes lignescommande linea lineas lineaspedido "
        "riga righe regel regels orderregels pozycja pozycje basketitems cartitems salesline saleslines",
    "order":
        "order orders bestellung bestellungen auftrag auftraege commande commandes pedido pedidos ordine ordini "
        "zamowienie zamowienia bestelling bestellingen purchase purchases sale sales transaction transactions booking "
        "bookings verkauf verkaeufe achat achats compra compras vente ventes ventas vendita vendite kauf kaeufe ordre "
        "reservation reservations buchung buchungen reserva reservas receipt receipts webshop objednavka objednavky",
    "invoice":
        "invoice invoices rechnung rechnungen facture factures factura facturas fattura fatture factuur facturen "
        "faktura faktury bill bills",
    "subscription":
        "subscription subscriptions abo abos abonnement abonnements suscripcion suscripciones abbonamento abbonamenti "
        "abonament abonamenty contract contracts vertrag vertraege contrat contrats contrato contratos",
    "support_case":
        "ticket tickets case cases supportcase supportcases incident incidents complaint complaints helpdesk support "
        "servicerequest servicerequests reklamation reklamationen anfrage anfragen beschwerde zgloszenie zgloszenia "
        "supporttickets reclamation reclamations incidencia incidencias segnalazione",
    "usage":
        "event events usage log logs session sessions click clicks clickstream pageview pageviews activity activities "
        "login logins visit visits hit hits weblog appevents nutzung ereignis ereignisse evenement evenements evento "
        "eventos eventi interaction interactions",
}  # fmt: skip


def event_kind_of(name: str) -> str | None:
    """What event a file's, array's or column's name speaks of, if any; a longer word wins."""
    tokens = tokens_of(name)
    kinds = _kinds()
    for length in range(min(len(tokens), 3), 0, -1):
        for start in range(len(tokens) - length + 1):
            phrase = "".join(tokens[start : start + length])
            if phrase in kinds:
                return kinds[phrase]
    return None


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for kind, words in _WORDS.items() for word in map(canon, words.split())}
