//! Words of French that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "le la les l un une des du de d au aux je j me m moi mon ma mes nous notre \
    nos tu te t toi ton ta tes vous votre vos il elle ils elles on se s soi son sa ses lui leur leurs ce c cet cette \
    ces ceci cela ca celui celle qui que qu quoi quel quelle quels quelles quand ou comment pourquoi combien dont \
    etre suis es est sommes etes sont etait soit sera avoir ai as a avons avez ont avait y en dans sur sous par pour \
    avec sans chez vers entre et mais donc or ni car si ne n pas plus moins tres aussi deja peux peut pouvez \
    pourrais pourriez puis dois doit vais va allez faire plait merci s'il svp tout toute tous toutes autre autres \
    chaque ici bonjour salut oui non";

pub(super) const COORDINATORS: &str = "et aussi puis ensuite mais egalement";

pub(super) const CANCEL: &[&str] = &[
    "annuler",
    "annule",
    "annulez",
    "arrêter",
    "arrête",
    "arrêtez",
    "quitter",
    "laisse tomber",
    "laissez tomber",
    "oublie",
    "oubliez",
    "je veux annuler",
    "je voudrais annuler",
    "annule ça",
    "annulez ça",
    "je ne veux plus",
    "je ne veux plus continuer",
    "oublie ça",
    "oubliez ça",
    "j'ai changé d'avis",
    "je veux arrêter",
];

pub(super) const SKIP: &[&str] = &[
    "peu importe",
    "n'importe",
    "n'importe lequel",
    "n'importe laquelle",
    "n'importe quoi",
    "ça m'est égal",
    "cela m'est égal",
    "sans préférence",
    "indifférent",
    "passer",
    "comme vous voulez",
    "comme tu veux",
];

pub(super) const COURTESY: &[&str] = &["s'il vous plaît", "s'il te plaît", "svp", "stp", "merci", "ok"];
