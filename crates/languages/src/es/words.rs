//! Words of Spanish that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "el la los las un una unos unas lo yo me mi mis mio mia conmigo nos nosotros \
    nuestro nuestra tu te ti tus tuyo contigo usted ustedes vos vosotros os ella ellos ellas le les se su sus esto \
    eso aquello este esta estos estas ese esa esos esas aquel aquella que quien quienes cual cuales cuando donde \
    adonde como porque por cuanto cuanta cuantos cuantas ser soy eres es somos son era fue sea estar estoy estan \
    estaba haber he ha has han hay tener tengo tiene tienes puede puedo puedes podria pueden debo debe va voy vas \
    vamos de del al a en con sin sobre para hasta desde entre y e o u pero ni no si tambien ya solo mas menos muy \
    mucho mucha aqui ahi alli favor gracias algun alguna algunos algunas todo toda todos todas otro otra cada hola";

pub(super) const COORDINATORS: &str = "y e tambien ademas luego despues pero";

pub(super) const CANCEL: &[&str] = &[
    "cancelar",
    "cancela",
    "cancele",
    "parar",
    "para",
    "salir",
    "anular",
    "olvídalo",
    "olvídelo",
    "déjalo",
    "déjelo",
    "quiero cancelar",
    "quisiera cancelar",
    "me gustaría cancelar",
    "cancela eso",
    "cancela esto",
    "cancélalo",
    "cancélelo",
    "ya no quiero",
    "ya no lo quiero",
    "no quiero más",
    "no quiero seguir",
    "quiero salir",
    "olvida eso",
    "he cambiado de idea",
    "cambié de idea",
];

pub(super) const SKIP: &[&str] = &[
    "da igual",
    "me da igual",
    "cualquiera",
    "cualquier cosa",
    "lo que sea",
    "no importa",
    "sin preferencia",
    "indiferente",
    "saltar",
    "omitir",
    "tú eliges",
    "usted elige",
];

pub(super) const COURTESY: &[&str] = &["por favor", "porfa", "gracias", "ok"];
