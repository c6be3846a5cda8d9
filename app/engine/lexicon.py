"""Words that decide what a sentence promises, in English, German, Spanish, French, Portuguese and Italian. No rule lives here.

All are folded as ``words.fold`` does it, and stemmed where they are compared with stems.
"""

from collections.abc import Mapping

from app.engine.words import fold, stem


def _stems(*lines: str) -> frozenset[str]:
    return frozenset(stem(word) for line in lines for word in fold(line).split())


NEGATIONS = _stems(
    "not no never none neither nor cannot cant dont doesnt didnt wont isnt arent wasnt without nothing unable",
    "nicht kein keine keinen keiner keinem nie niemals ohne nichts weder",
    "nunca ningun ninguna sin jamas tampoco pas aucun aucune jamais sans rien nao nenhum nenhuma sem nem nessun senza mai",
)
LIMITS = _stems(
    "only most some unless except excluding if may might usually normally typically generally approximately often sometimes",
    "nur ausser sofern wenn falls moglicherweise normalerweise meist meistens etwa ungefahr manchmal vielleicht",
    "solo solamente salvo excepto puede normalmente generalmente aproximadamente quizas",
    "seulement sauf uniquement peut generalement normalement environ parfois",
    "apenas somente exceto pode geralmente aproximadamente talvez soltanto eccetto tranne circa forse",
)
"""What narrows a sentence: a claim that leaves one of these out says more than its source."""
CONDITIONS = _stems("if when whenever once while wenn falls sobald solange si cuando quand lorsque se quando")
"""What a sentence holds under: each stands for any other, but none may be left out."""
RELATIVE = frozenset(fold("who that which whose where der die das que qui chi che").split())
"""What narrows a noun, unstemmed: a claim that leaves such a clause out is about more than its source."""
OPPOSITES = _stems(
    "old new first second last next standard express free paid large small whole part front back",
    "alt alte alten neu neue neuen erste zweite letzte antiguo nuevo primero segundo ancien nouveau premier",
)
"""What says the opposite in another place: it has to stand in the very sentence that a claim rests on."""
RELATIONS = _stems(
    "over under above below before after more less fewer least minimum maximum within until till every each all always",
    "per twice half double daily weekly monthly yearly annually anytime immediately instantly today tomorrow tonight",
    "uber unter vor nach mehr weniger mindestens hochstens innerhalb bis jeder jede jedes immer alle sofort heute morgen",
    "mas menos antes despues hasta dentro siempre cada todos minimo maximo inmediatamente hoy manana",
    "plus moins avant apres jusqu toujours chaque tous tout immediatement aujourdhui demain",
    "mais depois ate sempre todo imediatamente hoje amanha piu meno prima dopo entro sempre ogni tutti subito oggi domani",
)
POLICY = _stems(
    "refund refunded refundable guarantee guaranteed warranty free gratis complimentary compensation compensate discount voucher",
    "coupon credit waive waived exchange entitled eligible legal liable liability insurance insured fee charge surcharge tax",
    "deadline penalty contract terminate cancel cancellation replacement reimburse approve approved confirm confirmed secure safe",
    "erstattung ruckerstattung erstatten garantie gewahrleistung kostenlos gratis gutschein rabatt entschadigung gebuhr",
    "umtausch anspruch versicherung vertrag kundigung stornierung ersatz frist haftung",
    "reembolso garantia gratuito descuento cupon compensacion cambio derecho seguro tarifa contrato cancelacion plazo",
    "remboursement rembourser garantie gratuit remise bon dedommagement echange droit assurance frais contrat resiliation delai",
    "gratis desconto cupom compensacao troca direito taxa cancelamento prazo rimborso garanzia sconto buono cambio diritto",
)
TIMES = _stems(
    "monday tuesday wednesday thursday friday saturday sunday weekend weekday january february march april june july august",
    "september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz mai",
    "juni juli oktober dezember lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio",
    "agosto septiembre octubre noviembre diciembre lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars",
    "avril juin juillet aout septembre octobre novembre decembre segunda terca quarta quinta sexta janeiro fevereiro marco maio",
    "junho julho setembro outubro novembro dezembro lunedi martedi mercoledi giovedi venerdi gennaio febbraio aprile maggio",
    "giugno luglio settembre ottobre",
)
STRICT = RELATIONS | POLICY | TIMES
"""What has to stand in the very sentence that a claim rests on."""
DUTIES = _stems(
    "must need needed required require obliged mandatory muss mussen musst debe deben doit doivent deve devono"
)
SELF = frozenset(
    fold(
        "i we us our ours my mine ill ive weve wed team staff colleague agent somebody someone ich wir uns unser unsere unserem"
        " unseren yo nosotros nuestro nuestra nuestros equipo hemos je nous notre nos equipe jai eu nosso nossa equipe noi"
        " nostro nostra abbiamo mitarbeiter kollege"
    ).split()
)
"""Who could keep a promise, unstemmed. ``we'll`` folds to ``well``: see the patterns of ``claims``."""
SECRETS = _stems(
    "password passcode pin cvv cvc otp code card iban ssn passport secret token",
    "passwort kennwort karte geheimzahl contrasena clave tarjeta codigo motdepasse carte senha cartao carta",
)
GIVING = _stems(
    "send give tell reply share provide email text mail post senden schicken geben mitteilen antworten enviar envie dar diga",
    "responda comparta envoyer envoyez donner donnez repondre partager mandar mande responder compartilhe inviare dare",
)

NUMBERS: Mapping[str, str] = {
    word: str(value)
    for value, line in {
        2: "two zwei dos deux dois duas due",
        3: "three drei tres trois tre",
        4: "four vier cuatro quatre quatro quattro",
        5: "five funf cinco cinq cinque",
        6: "six sechs seis sei",
        7: "seven sieben siete sept sete sette",
        8: "eight acht ocho huit oito otto",
        9: "nine neun nueve nove",
        10: "ten zehn diez dix dez dieci",
        11: "eleven elf once onze undici",
        12: "twelve zwolf doce douze doze dodici",
        14: "fourteen vierzehn catorce quatorze quattordici",
        15: "fifteen funfzehn quince quinze quindici",
        20: "twenty zwanzig veinte vingt vinte venti",
        24: "twentyfour vierundzwanzig veinticuatro",
        30: "thirty dreissig treinta trente trinta trenta",
        48: "fortyeight",
        50: "fifty funfzig cincuenta cinquante cinquenta cinquanta",
        60: "sixty sechzig sesenta soixante sessenta sessanta",
        90: "ninety neunzig noventa nonante novanta",
        100: "hundred hundert cien cent cem cento",
        1000: "thousand tausend mil mille",
        1000000: "million millon milhao milione",
    }.items()
    for word in line.split()
}
"""Folded number words; one is an article too often and counts only before a unit."""
ONES = frozenset(fold("a an one ein eine einen einem einer un una uno une um uma").split())

UNITS: Mapping[str, str] = {
    word: unit
    for unit, line in {
        "%": "% percent prozent",
        "€": "€ eur euro euros",
        "$": "$ usd dollar dollars",
        "£": "£ gbp pound pounds quid",
        "¥": "¥ jpy yen",
        "chf": "chf franken francs",
        "cent": "cents pence",
        "minute": "minute minutes min mins minuten minuto minutos minuti",
        "second": "second seconds sekunde sekunden segundo segundos seconde secondes secondi",
        "hour": "hour hours hr hrs stunde stunden hora horas heure heures ora ore",
        "day": "day days tag tage tagen dia dias jour jours giorno giorni",
        "workday": "workday workdays werktag werktage werktagen arbeitstag arbeitstage arbeitstagen",
        "week": "week weeks woche wochen semana semanas semaine semaines settimana settimane",
        "month": "month months monat monate monaten mes meses mois mese mesi",
        "year": "year years jahr jahre jahren ano anos an ans annee annees anno anni",
        "am": "am",
        "pm": "pm",
        "kg": "kg kilo kilos kilogram kilograms",
        "g": "g gram grams",
        "mm": "mm",
        "cm": "cm",
        "m": "m metre metres meter meters",
        "km": "km",
        "l": "l litre litres liter liters",
        "mb": "mb",
        "gb": "gb",
        "time": "times mal veces fois vezes volte",
    }.items()
    for word in line.split()
}
CURRENCIES = frozenset({"€", "$", "£", "¥", "chf"})
QUALIFIERS = frozenset(
    fold(
        "business working calendar banking full consecutive laborables habiles ouvres ouvrables uteis lavorativi"
    ).split()
)
LINKS = frozenset(fold("to or and bis oder und a o y et ou e").split())
"""Between two numbers that share a unit: ``3 to 5 days``."""
