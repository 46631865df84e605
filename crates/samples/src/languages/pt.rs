//! Brazilian Portuguese.

use super::{Feedback, Phrases, Pizza, Weather, Words, any};

pub(super) const PHRASES: Phrases = Phrases {
    tag: "pt-BR",
    money: "US$\u{a0}{amount}",
    decimal: ',',
    or: "ou",
    words: WORDS,
    weather: WEATHER,
    feedback: FEEDBACK,
    pizza: PIZZA,
};

const WORDS: Words = Words {
    yes: any(
        "sim, s, claro, claro que sim, com certeza, pode, pode ser, pode sim, isso, isso mesmo, isso aí, quero, quero \
         sim, ok, okay, tá bom, tudo bem, beleza, confirmo, confirmar, confirma, confirmado, aham, uhum, positivo, \
         certo, exato, correto, manda, pode mandar, fechado, a mesma, o mesmo, por favor",
    ),
    no: any("não, n, não quero, não obrigado, não obrigada, não pode, não confirmo, claro que não, de jeito nenhum, \
         nunca, negativo, errado, incorreto, melhor não, outra, outro, quero outra, quero outro, outra coisa, \
         diferente"),
    cancel: any(
        "cancelar, cancela, cancele, cancelo, cancelado, cancelamento, sair, pare, chega, desistir, desisto, esquece, \
         esqueça, deixa pra lá, deixa para lá, mudei de ideia",
    ),
    negations: any("não, nunca, nem, sem, nenhum, nenhuma, nada"),
    fillers: any("por, favor, obrigado, obrigada, a, o, de, opção, número, tamanho, pizza, massa"),
    sizes: [
        any("pequena, pequeno, p, pequenina, broto, brotinho, menor"),
        any("média, médio, m, normal"),
        any("grande, g, maior"),
        any("extra-grande, extra grande, extragrande, gg, xg, xl, muito grande, gigante, enorme, família"),
    ],
    crusts: [any("fina, fino, fininha, massa fina"), any("grossa, grosso, grossinha, massa grossa, alta")],
    pizzas: [
        any("grego, grécia, feta"),
        any("nova iorque, nova-iorquina, novaiorquina, nyc"),
        any("vegetariano, vegetais, legumes, veggie"),
    ],
    ordinals: [
        any("primeira, primeiro, 1a, 1o"),
        any("segunda, segundo, 2a, 2o"),
        any("terceira, terceiro, 3a, 3o"),
        any("quarta, quarto, 4a, 4o"),
    ],
    numbers: [
        any("um, uma"),
        any("dois, duas, um par"),
        any("três"),
        any("quatro"),
        any("cinco"),
        any("seis"),
        any("sete"),
        any("oito"),
        any("nove"),
        any("dez"),
        any("onze"),
        any("doze"),
        any("treze"),
        any("quatorze, catorze"),
        any("quinze"),
        any("dezesseis, dezasseis"),
        any("dezessete, dezassete"),
        any("dezoito"),
        any("dezenove, dezanove"),
        any("vinte"),
    ],
    dozens: [any("meia dúzia"), any("uma dúzia, dúzia")],
    not_whole: any(
        "zero, meia, meio, metade, vírgula, ponto, menos, dúzias, trinta, quarenta, cinquenta, sessenta, setenta, \
         oitenta, noventa, cem, cento, mil, milhão, milhões",
    ),
    before_name: any(
        "meu nome é, o meu nome é, me chamo, eu me chamo, chamo-me, eu sou, sou, sou o, sou a, eu sou o, eu sou a, \
         meu sobrenome é, o meu sobrenome é, sobrenome é, aqui é, aqui é o, aqui é a, pode me chamar de, me chame de, \
         é",
    ),
};

const WEATHER: Weather = Weather {
    today: "{city}, hoje: mínima de {min} e máxima de {max}. São números de exemplo, pois nenhum serviço de meteorologia está conectado.",
    ask_city: "De qual cidade você quer a previsão?",
    unknown_city: "Não encontrei nenhuma cidade chamada “{city}”. Qual é a cidade?",
};

const FEEDBACK: Feedback = Feedback {
    ask_first: "Queremos muito saber a sua opinião. Para começar, qual é o seu primeiro nome?",
    ask_first_again: "Por favor, diga o seu primeiro nome, com no máximo {limit} caracteres.",
    ask_last: "Prazer, {first}! E qual é o seu sobrenome?",
    ask_last_again: "Por favor, diga o seu sobrenome, com no máximo {limit} caracteres.",
    ask_feedback: "Obrigado, {first} {last}. O que você gostaria de nos dizer? Cabem até {limit} caracteres.",
    ask_feedback_again: "Ainda não recebi nenhum texto. O que você gostaria de nos dizer, em até {limit} caracteres?",
    too_long: "Esse texto tem {length} caracteres, e só cabem {limit}. Você pode resumir? Esta é a última tentativa.",
    gave_up: "Infelizmente o texto continua longo demais, e nada foi gravado. Se quiser, volte com um texto mais curto.",
    saved: "Obrigado, {first}! A sua opinião foi registrada.",
    not_saved: "Desculpe, {first}, não consegui gravar a sua opinião. Tente de novo daqui a pouco.",
    cancelled: "Tudo bem, vou parar por aqui. Nada foi gravado.",
};

const PIZZA: Pizza = Pizza {
    menu: [
        ("Grega", "queijo feta, espinafre e azeitonas"),
        ("Nova York", "molho de tomate e mussarela"),
        ("Vegetariana", "azeitonas pretas, pimentão, tomate e cogumelos"),
    ],
    sizes: ["Pequena", "Média", "Grande", "Extra-grande"],
    crusts: ["Fina", "Grossa"],
    with_crust: ["massa fina", "massa grossa"],
    yes_no: ["Sim", "Não"],
    welcome: "Boas-vindas à nossa pizzaria! Para desistir, é só dizer “{cancel}”.",
    last_order: "Da última vez você pediu {order}. Quer repetir, por {bill}?",
    last_order_gone: "Não consigo repetir o seu último pedido, porque “{pizza}” não está no cardápio agora.",
    ask_pizza: "Qual pizza você quer?",
    not_a_pizza: "Não encontrei essa no cardápio. Você pode escolher {options}.",
    ask_size: "Qual tamanho você quer: {options}?",
    not_a_size: "Não temos esse tamanho. Você pode escolher {options}.",
    ask_count: "Quantas pizzas você quer? Pode ser qualquer número inteiro de 1 a 100.",
    not_a_count: "Preciso de um número inteiro de 1 a 100. Quantas pizzas você quer?",
    ask_crust: "Como você quer a massa: {options}?",
    not_a_crust: "Não temos essa massa. Você pode escolher {options}.",
    confirm: "O seu pedido: {order}. O total é {bill}, já com 13% de imposto. Posso fazer o pedido?",
    not_yes_or_no: "Por favor, responda “{yes}” ou “{no}”.",
    placed: "Pronto! O número do seu pedido é {number} e o total é {bill}. Bom apetite!",
    declined: "Tudo bem, o pedido não foi feito.",
    cancelled: "O seu pedido foi cancelado. Volte quando bater a fome!",
    not_saved: "Desculpe, não consegui gravar o seu pedido. Tente de novo daqui a pouco.",
    no_menu: "Desculpe, não consigo consultar o cardápio agora. Tente de novo daqui a pouco.",
};
