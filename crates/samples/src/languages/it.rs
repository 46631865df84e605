//! Italian.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "it-IT",
    money: "{amount}\u{a0}$",
    decimal: ',',
    or: "o",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any(
        "sì, s, certo, certo che sì, certamente, ok, okay, va bene, d'accordo, esatto, corretto, giusto, confermo, \
         conferma, confermare, confermato, perfetto, volentieri, procedi, vai, lo voglio, la voglio, la stessa, lo \
         stesso, uguale, per favore",
    ),
    no: any(
        "no, n, no grazie, non, non va bene, non voglio, non la voglio, non lo voglio, certo che no, per niente, mai, \
         meglio di no, sbagliato, un'altra, altra, un altro, altro, qualcos'altro, diversa",
    ),
    cancel: any(
        "annulla, annullare, annullo, annullato, annullalo, cancella, cancellare, cancello, cancellato, esci, uscire, \
         basta, stop, fermati, lascia perdere, lascia stare, ho cambiato idea",
    ),
    negations: any("no, non, mai, senza, nessuno, nessuna, niente, nulla"),
    fillers: any("per, favore, piacere, grazie, la, il, di, opzione, numero, taglia, pizza, base, impasto"),
    sizes: [
        any("piccola, piccolo, p, piccolina, mini"),
        any("media, medio, m, normale"),
        any("grande, g"),
        any("extra-grande, extra grande, xg, xl, extra large, molto grande, grandissima, gigante, enorme, maxi, \
             famiglia"),
    ],
    crusts: [any("sottile, fina, fine, bassa, base sottile"), any("spessa, spesso, alta, alto, base spessa")],
    pizzas: [any("greco, grecia, feta"), any("newyorkese, new yorkese, nyc"), any("vegetariano, verdure, veggie")],
    ordinals: [
        any("prima, primo, 1a, 1o"),
        any("seconda, secondo, 2a, 2o"),
        any("terza, terzo, 3a, 3o"),
        any("quarta, quarto, 4a, 4o"),
    ],
    numbers: [
        any("un, uno, una"),
        any("due, un paio"),
        any("tre"),
        any("quattro"),
        any("cinque"),
        any("sei"),
        any("sette"),
        any("otto"),
        any("nove"),
        any("dieci"),
        any("undici"),
        any("dodici"),
        any("tredici"),
        any("quattordici"),
        any("quindici"),
        any("sedici"),
        any("diciassette"),
        any("diciotto"),
        any("diciannove"),
        any("venti"),
    ],
    dozens: [any("una mezza dozzina, mezza dozzina"), any("una dozzina, dozzina")],
    not_whole: any(
        "zero, mezza, mezzo, metà, virgola, punto, meno, dozzine, trenta, quaranta, cinquanta, sessanta, settanta, \
         ottanta, novanta, cento, mille, mila, milione, milioni",
    ),
    before_name: any(
        "mi chiamo, io mi chiamo, il mio nome è, il mio cognome è, di cognome faccio, di nome faccio, io sono, sono, \
         puoi chiamarmi, chiamami, è",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city}, oggi: minima di {min} e massima di {max}. Sono dati di esempio, perché nessun servizio meteo è collegato.",
    ask_city: "Di quale città vuoi le previsioni?",
    unknown_city: "Non trovo nessuna città chiamata “{city}”. Di quale città parli?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "La tua opinione ci interessa molto. Per cominciare, qual è il tuo nome?",
    ask_first_again: "Dimmi il tuo nome, per favore, con {limit} caratteri al massimo.",
    ask_last: "Piacere, {first}! E qual è il tuo cognome?",
    ask_last_again: "Dimmi il tuo cognome, per favore, con {limit} caratteri al massimo.",
    ask_feedback: "Grazie, {first} {last}. Che cosa vorresti dirci? Hai a disposizione {limit} caratteri.",
    ask_feedback_again: "Non ho ancora ricevuto nessun testo. Che cosa vorresti dirci, in {limit} caratteri al massimo?",
    too_long: "Il testo ha {length} caratteri, ma ce ne stanno solo {limit}. Puoi accorciarlo? È l’ultimo tentativo.",
    gave_up: "Mi dispiace, il testo è ancora troppo lungo e non ho salvato nulla. Torna quando vuoi con un testo più breve.",
    saved: "Grazie, {first}! La tua opinione è stata salvata.",
    not_saved: "Mi dispiace, {first}, non sono riuscito a salvare la tua opinione. Riprova tra un po’.",
    cancelled: "Va bene, ci fermiamo qui. Non ho salvato nulla.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Greca", "feta, spinaci e olive"),
        ("New York", "salsa di pomodoro e mozzarella"),
        ("Vegetariana", "olive nere, peperoni, pomodori e funghi"),
    ],
    sizes: ["Piccola", "Media", "Grande", "Extra-grande"],
    crusts: ["Sottile", "Spessa"],
    with_crust: ["base sottile", "base spessa"],
    yes_no: ["Sì", "No"],
    welcome: "Ti diamo il benvenuto nella nostra pizzeria! Per interrompere, basta dire “{cancel}”.",
    last_order: "L’ultima volta hai ordinato {order}. Vuoi lo stesso, per {bill}?",
    last_order_gone: "Non posso ripetere il tuo ultimo ordine, perché “{pizza}” al momento non è nel menù.",
    ask_pizza: "Quale pizza vuoi?",
    not_a_pizza: "Non la trovo nel menù. Puoi scegliere {options}.",
    ask_size: "Di che grandezza la vuoi: {options}?",
    not_a_size: "Non abbiamo questa grandezza. Puoi scegliere {options}.",
    ask_count: "Quante pizze vuoi? Va bene qualsiasi numero intero da 1 a 100.",
    not_a_count: "Mi serve un numero intero da 1 a 100. Quante pizze vuoi?",
    ask_crust: "Come vuoi la base: {options}?",
    not_a_crust: "Non abbiamo questa base. Puoi scegliere {options}.",
    confirm: "Il tuo ordine: {order}. Il totale è di {bill}, tasse del 13% incluse. Confermi l’ordine?",
    not_yes_or_no: "Per favore, rispondi “{yes}” o “{no}”.",
    placed: "Fatto! Il numero del tuo ordine è {number} e il totale è di {bill}. Buon appetito!",
    declined: "Va bene, non ho inviato l’ordine.",
    cancelled: "Il tuo ordine è annullato. Torna quando ti viene fame!",
    not_saved: "Mi dispiace, non sono riuscito a salvare il tuo ordine. Riprova tra un po’.",
    no_menu: "Mi dispiace, in questo momento non riesco a consultare il menù. Riprova tra un po’.",
};
