//! German.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "de-DE",
    money: "{amount}\u{a0}$",
    decimal: ',',
    or: "oder",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any(
        "ja, j, jawohl, jo, jep, klar, na klar, natürlich, selbstverständlich, sicher, gern, gerne, ok, okay, passt, \
         stimmt, genau, richtig, korrekt, in ordnung, einverstanden, bestätigen, bestätigt, ich bestätige, auf jeden \
         fall, mach das, bitte, das gleiche, dasselbe, dieselbe, nochmal, noch einmal",
    ),
    no: any(
        "nein, n, nein danke, nö, nee, ne, nicht, lieber nicht, auf keinen fall, nie, niemals, falsch, stimmt nicht, \
         passt nicht, natürlich nicht, kein, keine, etwas anderes, was anderes, andere, eine andere, einen anderen",
    ),
    cancel: any(
        "abbrechen, abbruch, brich ab, brechen sie ab, stornieren, storniere, storno, stopp, stop, aufhören, hör auf, \
         beenden, schluss, vergiss es, vergessen sie es, lass es, ich habe es mir anders überlegt",
    ),
    negations: any("nein, nicht, kein, keine, keinen, nie, niemals, ohne, nichts"),
    fillers: any("bitte, danke, die, der, das, den, option, nummer, größe, pizza, boden, teig"),
    sizes: [
        any("klein, kleine, kleinen, kleiner, kleines, kleinste, k, s, mini"),
        any("mittel, mittlere, mittleren, mittelgroß, mittelgroße, mittelgroßen, normal, normale, m"),
        any("groß, große, großen, großer, großes, g, l"),
        any("extra-groß, extra groß, extra große, extra großen, extragroß, extragroße, extragroßen, sehr groß, sehr \
             große, sehr großen, größte, größten, riesig, riesige, xl, eg"),
    ],
    crusts: [
        any("dünn, dünne, dünnen, dünner, dünnes, dünnem, duenn, duenne, duenner, duennen"),
        any("dick, dicke, dicken, dicker, dickes, dickem"),
    ],
    pizzas: [
        any("griechisch, griechischen, griechischer, grieche, feta"),
        any("new-york, nyc"),
        any("vegetarisch, vegetarischen, vegetarischer, vegi, veggie, gemüse"),
    ],
    ordinals: [
        any("erste, ersten, erster, erstes"),
        any("zweite, zweiten, zweiter, zweites"),
        any("dritte, dritten, dritter, drittes"),
        any("vierte, vierten, vierter, viertes"),
    ],
    numbers: [
        any("ein, eine, eins, einen, einer"),
        any("zwei, zwo"),
        any("drei"),
        any("vier"),
        any("fünf, fuenf"),
        any("sechs"),
        any("sieben"),
        any("acht"),
        any("neun"),
        any("zehn"),
        any("elf"),
        any("zwölf, zwoelf"),
        any("dreizehn"),
        any("vierzehn"),
        any("fünfzehn, fuenfzehn"),
        any("sechzehn"),
        any("siebzehn"),
        any("achtzehn"),
        any("neunzehn"),
        any("zwanzig"),
    ],
    dozens: [any("ein halbes dutzend, halbes dutzend"), any("ein dutzend, dutzend")],
    not_whole: any(
        "null, halb, halbe, halben, halbes, hälfte, komma, punkt, minus, negativ, paar, dreißig, vierzig, fünfzig, \
         sechzig, siebzig, achtzig, neunzig, hundert, tausend, million, millionen",
    ),
    before_name: any(
        "ich heiße, ich heisse, mein name ist, mein vorname ist, mein nachname ist, mein familienname ist, ich bin, \
         ich bin der, ich bin die, das ist, nenn mich, nennen sie mich",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city}, heute: Tiefstwert {min}, Höchstwert {max}. Das sind Beispielwerte, denn es ist kein Wetterdienst angeschlossen.",
    ask_city: "Für welche Stadt möchtest du die Vorhersage?",
    unknown_city: "Ich finde keine Stadt namens „{city}“. Welche Stadt meinst du?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "Deine Meinung interessiert uns sehr. Zuerst einmal: Wie ist dein Vorname?",
    ask_first_again: "Bitte nenne mir deinen Vornamen, mit höchstens {limit} Zeichen.",
    ask_last: "Freut mich, {first}. Und wie ist dein Nachname?",
    ask_last_again: "Bitte nenne mir deinen Nachnamen, mit höchstens {limit} Zeichen.",
    ask_feedback: "Danke, {first} {last}. Was möchtest du uns sagen? Du hast Platz für {limit} Zeichen.",
    ask_feedback_again: "Ich habe noch keinen Text bekommen. Was möchtest du uns sagen, in höchstens {limit} Zeichen?",
    too_long: "Das sind {length} Zeichen, es passen aber nur {limit}. Kannst du es kürzer sagen? Das ist der letzte Versuch.",
    gave_up: "Leider ist der Text immer noch zu lang, deshalb wurde nichts gespeichert. Mit einem kürzeren Text kannst du jederzeit wiederkommen.",
    saved: "Danke, {first}! Deine Meinung ist gespeichert.",
    not_saved: "Entschuldige, {first}, ich konnte deine Meinung nicht speichern. Bitte versuche es bald noch einmal.",
    cancelled: "In Ordnung, wir hören hier auf. Es wurde nichts gespeichert.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Griechische", "Feta, Spinat und Oliven"),
        ("New Yorker", "Tomatensauce und Mozzarella"),
        ("Vegetarische", "schwarze Oliven, Paprika, Tomaten und Champignons"),
    ],
    sizes: ["Klein", "Mittel", "Groß", "Extra-groß"],
    crusts: ["Dünn", "Dick"],
    with_crust: ["dünner Boden", "dicker Boden"],
    yes_no: ["Ja", "Nein"],
    welcome: "Willkommen in unserer Pizzeria! Wenn du aufhören möchtest, sag einfach „{cancel}“.",
    last_order: "Letztes Mal hast du {order} bestellt. Möchtest du das Gleiche noch einmal, für {bill}?",
    last_order_gone: "Deine letzte Bestellung kann ich nicht wiederholen, denn „{pizza}“ steht zurzeit nicht auf der Karte.",
    ask_pizza: "Welche Pizza möchtest du?",
    not_a_pizza: "Das finde ich nicht auf der Karte. Du hast die Wahl: {options}.",
    ask_size: "Welche Größe möchtest du: {options}?",
    not_a_size: "Diese Größe haben wir nicht. Du hast die Wahl: {options}.",
    ask_count: "Wie viele Pizzen möchtest du? Jede ganze Zahl von 1 bis 100 geht.",
    not_a_count: "Ich brauche eine ganze Zahl von 1 bis 100. Wie viele Pizzen möchtest du?",
    ask_crust: "Wie soll der Boden sein: {options}?",
    not_a_crust: "Diesen Boden haben wir nicht. Du hast die Wahl: {options}.",
    confirm: "Deine Bestellung: {order}. Das macht {bill}, einschließlich 13\u{a0}% Steuer. Soll ich die Bestellung aufgeben?",
    not_yes_or_no: "Bitte antworte mit „{yes}“ oder „{no}“.",
    placed: "Erledigt! Deine Bestellnummer ist {number}, der Gesamtpreis {bill}. Guten Appetit!",
    declined: "In Ordnung, es wurde nichts bestellt.",
    cancelled: "Deine Bestellung ist storniert. Komm wieder, wenn du Hunger hast!",
    not_saved: "Entschuldige, ich konnte deine Bestellung nicht speichern. Bitte versuche es bald noch einmal.",
    no_menu: "Entschuldige, ich komme gerade nicht an die Karte. Bitte versuche es bald noch einmal.",
};
