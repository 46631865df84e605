//! Words of German that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "der die das den dem des ein eine einen einem einer eines ich mich mir mein \
    meine meinen meinem meiner wir uns unser unsere du dich dir dein deine deinen deinem sie ihnen ihr ihre ihren \
    ihrem er ihn ihm sein seine seinen es man sich dies diese dieser dieses diesen jener wer wen wem was welche \
    welcher welches welchen wann wo wohin woher wie warum wieso weshalb wieviel bin bist ist sind seid war waren sei \
    wird werde werden wurde habe hast hat haben hatte kann kannst konnen konnte konnten konntest muss mussen soll \
    sollte darf will willst mochte mochten wurden von vom zu zum zur in im ins an am auf aus bei beim mit nach fur \
    uber unter vor durch gegen ohne um bis und oder aber denn wenn ob dass als so auch noch schon nur sehr nicht \
    kein keine keinen ja nein bitte danke mal doch hier da dort alle alles andere etwas fuer ueber koennen moechte \
    hallo";

pub(super) const COORDINATORS: &str = "und auch ausserdem dann sowie aber";

pub(super) const CANCEL: &[&str] = &[
    "abbrechen",
    "abbruch",
    "stornieren",
    "storno",
    "stopp",
    "beenden",
    "aufhören",
    "vergiss es",
    "vergessen Sie es",
    "lass es",
    "brich ab",
    "brechen Sie ab",
    "brich das ab",
    "ich möchte abbrechen",
    "ich will abbrechen",
    "ich würde gern abbrechen",
    "ich will nicht mehr",
    "ich möchte nicht mehr",
    "vergiss das",
    "ich habe es mir anders überlegt",
];

pub(super) const SKIP: &[&str] = &[
    "egal",
    "ist egal",
    "ist mir egal",
    "mir egal",
    "das ist mir egal",
    "beliebig",
    "irgendeins",
    "irgendwas",
    "spielt keine Rolle",
    "keine Angabe",
    "überspringen",
];

pub(super) const COURTESY: &[&str] = &["bitte", "danke", "ok"];
