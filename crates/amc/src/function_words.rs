//! Words that carry grammar or courtesy and little meaning, by language.
//!
//! They count little when the gate asks how much of an utterance a bot knows: a bot of eighteen utterances cannot learn by itself that "the"
//! means nothing. They are not left out of the hyperplanes' features. Closed word classes only: articles, pronouns, prepositions, conjunctions,
//! auxiliaries, question words, and the words people wrap a request in; written in folded form.

use crate::{language::primary, terms::word_hash};

/// Hashes of the language's function words, sorted.
pub(crate) fn hashes(language: Option<&str>) -> Vec<u64> {
    let list = language.map_or("", |tag| list(&primary(tag)));
    let mut hashes: Vec<u64> = list.split_whitespace().map(word_hash).collect();
    hashes.sort_unstable();
    hashes
}

fn list(language: &str) -> &'static str {
    match language {
        "en" => ENGLISH,
        "pt" => PORTUGUESE,
        "es" => SPANISH,
        "fr" => FRENCH,
        "de" => GERMAN,
        "it" => ITALIAN,
        "ru" => RUSSIAN,
        "nl" => DUTCH,
        _ => "",
    }
}

const ENGLISH: &str = "a an the i me my mine we us our ours you your yours u ur he him his she her hers it its they them their theirs this that \
    these those there here who whom whose what whats what's which when where why how hows how's am is are was were be been being do does did \
    doing done have has had having can could will would shall should may might must to of in on at by for from with about into over under up \
    down out off and or but if so than then as not no nor too very just also i'm im i'd id i'll i've ive you're you'd you'll you've he's she's \
    it's we're we'd we'll we've they're that's there's who's where's don't dont doesn't didn't isn't aren't wasn't can't cant couldn't won't \
    wouldn't please thanks thank let let's lets some any all each other such only again s t d ll re ve m gonna wanna ok okay hey hi yes";

const PORTUGUESE: &str = "a o as os um uma uns umas eu me mim meu minha meus minhas nos nosso nossa voce voces vc vcs tu te ti teu tua teus tuas \
    ele ela eles elas lhe lhes se si seu sua seus suas isto isso aquilo este esta estes estas esse essa esses essas aquele aquela aqueles aquelas \
    que quem qual quais quando onde como porque por quanto quanta quantos quantas ser sou e es somos sao era foi fui seja sera estar estou esta \
    estao estava ter tenho tem temos tinha haver ha vai vou vamos pode posso poderia podem deve devo de do da dos das em no na nos nas ao aos \
    para pra pro pelo pela pelos pelas com sem sobre ate entre ou mas nem nao sim tambem ja so mais menos muito muita aqui ali la ai favor \
    obrigado obrigada algum alguma alguns algumas todo toda todos todas outro outra cada num numa ola oi";

const SPANISH: &str = "el la los las un una unos unas lo yo me mi mis mio mia conmigo nos nosotros nuestro nuestra tu te ti tus tuyo contigo usted \
    ustedes vos vosotros os el ella ellos ellas le les se su sus esto eso aquello este esta estos estas ese esa esos esas aquel aquella que quien \
    quienes cual cuales cuando donde adonde como porque por cuanto cuanta cuantos cuantas ser soy eres es somos son era fue sea estar estoy estas \
    esta estan estaba haber he ha has han hay tener tengo tiene tienes puede puedo puedes podria pueden debo debe va voy vas vamos de del al a en \
    con sin sobre para hasta desde entre y e o u pero ni no si tambien ya solo mas menos muy mucho mucha aqui ahi alli favor gracias algun alguna \
    algunos algunas todo toda todos todas otro otra cada hola";

const FRENCH: &str = "le la les l un une des du de d au aux je j me m moi mon ma mes nous notre nos tu te t toi ton ta tes vous votre vos il elle ils \
    elles on se s soi son sa ses lui leur leurs ce c cet cette ces ceci cela ca celui celle qui que qu quoi quel quelle quels quelles quand ou \
    comment pourquoi combien dont etre suis es est sommes etes sont etait soit sera avoir ai as a avons avez ont avait y en dans sur sous par \
    pour avec sans chez vers entre et mais donc or ni car si ne n pas plus moins tres aussi deja peux peut pouvez pourrais pourriez puis dois doit \
    vais va allez faire plait merci s'il svp tout toute tous toutes autre autres chaque ici la bonjour salut oui non";

const GERMAN: &str = "der die das den dem des ein eine einen einem einer eines ich mich mir mein meine meinen meinem meiner wir uns unser unsere du \
    dich dir dein deine deinen deinem sie ihnen ihr ihre ihren ihrem er ihn ihm sein seine seinen es man sich dies diese dieser dieses diesen \
    jener wer wen wem was welche welcher welches welchen wann wo wohin woher wie warum wieso weshalb wieviel bin bist ist sind seid war waren sei \
    wird werde werden wurde habe hast hat haben hatte kann kannst konnen konnte konnten konntest muss mussen soll sollte darf will willst \
    mochte mochten wurden von vom zu zum zur in im ins an am auf aus bei beim mit nach fur uber unter vor durch gegen ohne um bis und oder aber \
    denn wenn ob dass als so auch noch schon nur sehr nicht kein keine keinen ja nein bitte danke mal doch hier da dort alle alles andere etwas \
    fuer ueber koennen moechte hallo";

const ITALIAN: &str = "il lo la i gli le l un uno una del dello della dei degli delle dell al allo alla ai agli alle all dal dalla dai dalle nel nella \
    nei nelle nell sul sulla sui sulle sull di a da in con su per tra fra io me mi mio mia miei mie noi ci nostro nostra tu te ti tuo tua tuoi tue \
    voi vi vostro vostra lui lei loro egli ella gli si se suo sua suoi sue questo questa questi queste quello quella quelli quelle che chi cosa \
    cos quale quali quando dove dov come com perche quanto quanta quanti quante essere sono sei e siamo siete era fu sia ho hai ha abbiamo avete \
    hanno posso puoi puo potete potrei potrebbe devo deve vado va vai andare o ma ne non piu meno molto anche gia solo qui qua li la ciao favore \
    piacere prego grazie tutto tutta tutti tutte altro altra ogni d c s";

const RUSSIAN: &str = "и в во не что он на я с со как а то все она так его но да ты к ко у же вы за бы по только ее мне меня мной было вот от из ему \
    еще нет о об обо ли если или ни быть был него до вас вам вами нибудь уж ней может они тут где есть надо для мы нас нам тебя тебе их чем была \
    сам чтоб без чего себя под будет кто этот эта эти это того этого какой какая какое какие какую ему зачем сколько когда куда почему над при \
    через мой моя мое мои твой твоя твое твои ваш ваша ваше ваши наш наша свой могу можете можешь можно нужно хотел хотела бы пожалуйста спасибо \
    привет здравствуйте здесь там очень";

const DUTCH: &str = "de het een ik mij me mijn wij we ons onze jij je jou jouw u uw jullie hij hem zijn zij ze haar hun dit dat deze die wie wat welke \
    welk wanneer waar hoe waarom ben bent is was waren word wordt worden heb hebt heeft hebben had kan kun kunt kunnen zou wil moet mag zal van \
    voor in op aan uit bij met naar over onder door tegen zonder om tot en of maar als dan ook nog al alleen niet geen ja nee alstublieft \
    bedankt hier daar er te alle alles andere iets hallo";
