//! Spanish.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "es-US",
    money: "${amount}",
    decimal: '.',
    or: "o",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any("sí, s, claro, claro que sí, por supuesto, desde luego, ok, okay, vale, de acuerdo, correcto, exacto, \
         adelante, confirmo, confirmar, confirma, confirmado, perfecto, quiero, lo quiero, la quiero, dale, bueno, \
         está bien, así es, lo mismo, la misma, por favor"),
    no: any("no, n, no gracias, no quiero, no lo quiero, no la quiero, no confirmo, no está bien, claro que no, para \
         nada, nunca, jamás, mejor no, incorrecto, otra, otro, quiero otra, quiero otro, otra cosa, diferente"),
    cancel: any(
        "cancelar, cancela, cancele, cancelo, cancélalo, cancélelo, cancélala, cancelarlo, cancelado, anular, anula, \
         salir, parar, basta, olvídalo, olvídelo, déjalo, déjelo, ya no quiero, ya no lo quiero, ya no la quiero, \
         cambié de opinión",
    ),
    negations: any("no, nunca, jamás, sin, ningún, ninguno, ninguna, nada, ni, tampoco"),
    fillers: any("por, favor, gracias, la, el, de, opción, número, tamaño, pizza, masa"),
    sizes: [
        any("pequeña, pequeño, p, chica, chico, ch, menor"),
        any("mediana, mediano, m, media, normal"),
        any("grande, g, mayor"),
        any("extra-grande, extra grande, extragrande, eg, xg, xl, muy grande, gigante, enorme, familiar"),
    ],
    crusts: [any("fina, fino, finita, masa fina, delgada, delgado"), any("gruesa, grueso, masa gruesa, gordita")],
    pizzas: [
        any("griego, grecia, feta"),
        any("neoyorquina, neoyorkina, nyc"),
        any("vegetariano, vegetal, vegetales, verduras, veggie"),
    ],
    ordinals: [
        any("primera, primero, primer, 1a, 1o"),
        any("segunda, segundo, 2a, 2o"),
        any("tercera, tercero, tercer, 3a, 3o"),
        any("cuarta, cuarto, 4a, 4o"),
    ],
    numbers: [
        any("un, uno, una"),
        any("dos, un par"),
        any("tres"),
        any("cuatro"),
        any("cinco"),
        any("seis"),
        any("siete"),
        any("ocho"),
        any("nueve"),
        any("diez"),
        any("once"),
        any("doce"),
        any("trece"),
        any("catorce"),
        any("quince"),
        any("dieciséis, diez y seis"),
        any("diecisiete, diez y siete"),
        any("dieciocho, diez y ocho"),
        any("diecinueve, diez y nueve"),
        any("veinte"),
    ],
    dozens: [any("media docena"), any("una docena, docena")],
    not_whole: any(
        "cero, medio, media, mitad, coma, punto, menos, docenas, treinta, cuarenta, cincuenta, sesenta, setenta, \
         ochenta, noventa, cien, ciento, mil, millón, millones",
    ),
    before_name: any(
        "mi nombre es, me llamo, yo me llamo, yo soy, soy, mi apellido es, mis apellidos son, apellido, es, puedes \
         llamarme, puede llamarme, llámame, llámeme",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city}, hoy: mínima de {min} y máxima de {max}. Son datos de ejemplo, porque no hay ningún servicio meteorológico conectado.",
    ask_city: "¿De qué ciudad quieres el pronóstico?",
    unknown_city: "No encontré ninguna ciudad llamada “{city}”. ¿Qué ciudad es?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "Nos encantará conocer tu opinión. Para empezar, ¿cuál es tu nombre de pila?",
    ask_first_again: "Por favor, dime tu nombre de pila, con {limit} caracteres como máximo.",
    ask_last: "Mucho gusto, {first}. ¿Y cuál es tu apellido?",
    ask_last_again: "Por favor, dime tu apellido, con {limit} caracteres como máximo.",
    ask_feedback: "Gracias, {first} {last}. ¿Qué te gustaría decirnos? Caben hasta {limit} caracteres.",
    ask_feedback_again: "Todavía no he recibido ningún texto. ¿Qué te gustaría decirnos, en {limit} caracteres como máximo?",
    too_long: "Ese texto tiene {length} caracteres y solo caben {limit}. ¿Puedes resumirlo? Es el último intento.",
    gave_up: "Lo siento, el texto sigue siendo demasiado largo y no se ha guardado nada. Vuelve cuando quieras con un texto más corto.",
    saved: "¡Gracias, {first}! Tu opinión quedó guardada.",
    not_saved: "Lo siento, {first}, no pude guardar tu opinión. Inténtalo de nuevo dentro de un rato.",
    cancelled: "De acuerdo, lo dejamos aquí. No se ha guardado nada.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Griega", "queso feta, espinacas y aceitunas"),
        ("Nueva York", "salsa de tomate y mozzarella"),
        ("Vegetariana", "aceitunas negras, pimiento, tomate y champiñones"),
    ],
    sizes: ["Pequeña", "Mediana", "Grande", "Extra-grande"],
    crusts: ["Fina", "Gruesa"],
    with_crust: ["masa fina", "masa gruesa"],
    yes_no: ["Sí", "No"],
    welcome: "¡Te damos la bienvenida a nuestra pizzería! Si quieres dejarlo, di “{cancel}” en cualquier momento.",
    last_order: "La última vez pediste {order}. ¿Quieres repetirlo, por {bill}?",
    last_order_gone: "No puedo repetir tu último pedido, porque “{pizza}” no está en el menú ahora.",
    ask_pizza: "¿Qué pizza quieres?",
    not_a_pizza: "No la encuentro en el menú. Puedes elegir {options}.",
    ask_size: "¿Qué tamaño quieres: {options}?",
    not_a_size: "No tenemos ese tamaño. Puedes elegir {options}.",
    ask_count: "¿Cuántas pizzas quieres? Cualquier número entero del 1 al 100.",
    not_a_count: "Necesito un número entero del 1 al 100. ¿Cuántas pizzas quieres?",
    ask_crust: "¿Cómo quieres la masa: {options}?",
    not_a_crust: "No tenemos esa masa. Puedes elegir {options}.",
    confirm: "Tu pedido: {order}. El total es de {bill}, con el 13% de impuestos incluido. ¿Hago el pedido?",
    not_yes_or_no: "Por favor, responde “{yes}” o “{no}”.",
    placed: "¡Listo! Tu número de pedido es {number} y el total es de {bill}. ¡Buen provecho!",
    declined: "De acuerdo, no he hecho el pedido.",
    cancelled: "Tu pedido está cancelado. ¡Vuelve cuando tengas hambre!",
    not_saved: "Lo siento, no pude guardar tu pedido. Inténtalo de nuevo dentro de un rato.",
    no_menu: "Lo siento, ahora mismo no puedo consultar el menú. Inténtalo de nuevo dentro de un rato.",
};
