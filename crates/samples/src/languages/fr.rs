//! French.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "fr-FR",
    money: "{amount}\u{a0}$",
    decimal: ',',
    or: "ou",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any(
        "oui, o, ouais, ok, okay, d'accord, bien sûr, certainement, volontiers, absolument, tout à fait, parfait, \
         c'est ça, exact, exactement, correct, allez-y, vas-y, je confirme, confirmer, confirmez, confirmé, avec \
         plaisir, s'il vous plaît, je veux bien, la même, la même chose, pareil",
    ),
    no: any(
        "non, n, non merci, pas, pas du tout, pas d'accord, jamais, surtout pas, bien sûr que non, certainement pas, \
         je ne veux pas, une autre, autre, autre chose, différente, incorrect",
    ),
    cancel: any(
        "annuler, annule, annulez, annulé, annulation, arrêter, arrête, arrêtez, stop, quitter, abandonner, laisser \
         tomber, laisse tomber, laissez tomber, tant pis, oublie, oubliez, j'ai changé d'avis",
    ),
    negations: any("non, pas, ne, n, jamais, aucun, aucune, sans, rien, ni"),
    fillers: any("s, il, vous, te, plaît, svp, stp, merci, la, le, une, option, numéro, taille, pizza, pâte"),
    sizes: [
        any("petite, petit, p, mini"),
        any("moyenne, moyen, m, normale"),
        any("grande, grand, g"),
        any("très grande, très grand, tg, xl, extra grande, extra grand, extra large, maxi, géante, énorme, la plus \
             grande, familiale"),
    ],
    crusts: [any("fine, fin, mince, pâte fine"), any("épaisse, épais, pâte épaisse")],
    pizzas: [
        any("grec, grèce, feta"),
        any("new-yorkaise, new yorkaise, newyorkaise, nyc"),
        any("végétarien, végé, légumes, veggie"),
    ],
    ordinals: [
        any("première, premier, 1re, 1ère, 1er"),
        any("deuxième, seconde, second, 2e, 2ème"),
        any("troisième, 3e, 3ème"),
        any("quatrième, 4e, 4ème"),
    ],
    numbers: [
        any("un, une"),
        any("deux"),
        any("trois"),
        any("quatre"),
        any("cinq"),
        any("six"),
        any("sept"),
        any("huit"),
        any("neuf"),
        any("dix"),
        any("onze"),
        any("douze"),
        any("treize"),
        any("quatorze"),
        any("quinze"),
        any("seize"),
        any("dix-sept"),
        any("dix-huit"),
        any("dix-neuf"),
        any("vingt"),
    ],
    dozens: [any("une demi-douzaine, demi-douzaine"), any("une douzaine, douzaine")],
    not_whole: any(
        "zéro, demi, demie, moitié, virgule, point, moins, douzaines, trente, quarante, cinquante, soixante, vingts, \
         septante, huitante, octante, nonante, cent, cents, mille, million, millions",
    ),
    before_name: any(
        "je m'appelle, mon nom est, mon prénom est, mon nom de famille est, mon nom c'est, mon prénom c'est, moi \
         c'est, c'est, je suis, je me nomme, appelez-moi, appelle-moi",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city}, aujourd’hui : minimum {min}, maximum {max}. Ce sont des chiffres d’exemple, car aucun service météo n’est connecté.",
    ask_city: "Pour quelle ville souhaitez-vous la météo ?",
    unknown_city: "Je ne trouve aucune ville du nom de « {city} ». De quelle ville s’agit-il ?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "Votre avis nous intéresse beaucoup. Pour commencer, quel est votre prénom ?",
    ask_first_again: "Indiquez-moi votre prénom, en {limit} caractères au maximum, s’il vous plaît.",
    ask_last: "Enchanté, {first}. Et quel est votre nom de famille ?",
    ask_last_again: "Indiquez-moi votre nom de famille, en {limit} caractères au maximum, s’il vous plaît.",
    ask_feedback: "Merci, {first} {last}. Qu’aimeriez-vous nous dire ? Vous avez {limit} caractères au maximum.",
    ask_feedback_again: "Je n’ai pas encore reçu de texte. Qu’aimeriez-vous nous dire, en {limit} caractères au maximum ?",
    too_long: "Votre texte compte {length} caractères, pour {limit} au maximum. Pouvez-vous le raccourcir ? C’est le dernier essai.",
    gave_up: "Désolé, le texte est encore trop long et rien n’a été enregistré. Revenez quand vous voulez avec un texte plus court.",
    saved: "Merci, {first} ! Votre avis est enregistré.",
    not_saved: "Désolé, {first}, je n’ai pas pu enregistrer votre avis. Réessayez dans un petit moment.",
    cancelled: "D’accord, nous en restons là. Rien n’a été enregistré.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Grecque", "feta, épinards et olives"),
        ("New York", "sauce tomate et mozzarella"),
        ("Végétarienne", "olives noires, poivrons, tomates et champignons"),
    ],
    sizes: ["Petite", "Moyenne", "Grande", "Très grande"],
    crusts: ["Fine", "Épaisse"],
    with_crust: ["pâte fine", "pâte épaisse"],
    yes_no: ["Oui", "Non"],
    welcome: "Bienvenue dans notre pizzeria ! Pour arrêter, il suffit de dire « {cancel} ».",
    last_order: "La dernière fois, vous avez commandé {order}. Voulez-vous la même chose, pour {bill} ?",
    last_order_gone: "Je ne peux pas reprendre votre dernière commande, car « {pizza} » n’est pas à la carte en ce moment.",
    ask_pizza: "Quelle pizza voulez-vous ?",
    not_a_pizza: "Je ne la trouve pas à la carte. Vous avez le choix : {options}.",
    ask_size: "Quelle taille voulez-vous : {options} ?",
    not_a_size: "Nous n’avons pas cette taille. Vous avez le choix : {options}.",
    ask_count: "Combien de pizzas voulez-vous ? Donnez un nombre entier de 1 à 100.",
    not_a_count: "Il me faut un nombre entier de 1 à 100. Combien de pizzas voulez-vous ?",
    ask_crust: "Quelle pâte voulez-vous : {options} ?",
    not_a_crust: "Nous n’avons pas cette pâte. Vous avez le choix : {options}.",
    confirm: "Votre commande : {order}. Le total est de {bill}, taxe de 13\u{a0}% comprise. Je passe la commande ?",
    not_yes_or_no: "Répondez « {yes} » ou « {no} », s’il vous plaît.",
    placed: "C’est fait ! Votre numéro de commande est le {number} et le total est de {bill}. Bon appétit !",
    declined: "D’accord, la commande n’a pas été passée.",
    cancelled: "Votre commande est annulée. Revenez quand vous aurez faim !",
    not_saved: "Désolé, je n’ai pas pu enregistrer votre commande. Réessayez dans un petit moment.",
    no_menu: "Désolé, je n’ai pas accès à la carte pour l’instant. Réessayez dans un petit moment.",
};
