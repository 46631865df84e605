//! Words of Portuguese that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "a o as os um uma uns umas eu me mim meu minha meus minhas nos nosso nossa \
    voce voces vc vcs tu te ti teu tua teus tuas ele ela eles elas lhe lhes se si seu sua seus suas isto isso aquilo \
    este esta estes estas esse essa esses essas aquele aquela aqueles aquelas que quem qual quais quando onde como \
    porque por quanto quanta quantos quantas ser sou e es somos sao era foi fui seja sera estar estou estao estava \
    ter tenho tem temos tinha haver ha vai vou vamos pode posso poderia podem deve devo de do da dos das em no na \
    nas ao aos para pra pro pelo pela pelos pelas com sem sobre ate entre ou mas nem nao sim tambem ja so mais menos \
    muito muita aqui ali la ai favor obrigado obrigada algum alguma alguns algumas todo toda todos todas outro outra \
    cada num numa ola oi";

pub(super) const COORDINATORS: &str = "e tambem depois alem mas";

pub(super) const CANCEL: &[&str] = &[
    "cancelar",
    "cancela",
    "cancele",
    "parar",
    "pare",
    "sair",
    "desistir",
    "desisto",
    "esquece",
    "esqueça",
    "deixa pra lá",
    "deixa para lá",
    "quero cancelar",
    "eu quero cancelar",
    "gostaria de cancelar",
    "pode parar",
    "eu não quero mais",
    "cancela isso",
    "cancele isso",
    "cancela tudo",
    "pode cancelar",
    "não quero mais",
    "não quero mais isso",
    "quero desistir",
    "quero parar",
    "quero sair",
    "esquece isso",
    "esqueça isso",
    "mudei de ideia",
];

pub(super) const SKIP: &[&str] = &[
    "tanto faz",
    "qualquer",
    "qualquer um",
    "qualquer uma",
    "qualquer coisa",
    "não importa",
    "sem preferência",
    "indiferente",
    "sei lá",
    "pular",
    "pula",
    "você escolhe",
];

pub(super) const COURTESY: &[&str] = &["por favor", "faz favor", "pfv", "obrigado", "obrigada", "ok"];
