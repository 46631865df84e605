//! Words of Italian that mean the same in every bot.

pub(super) const FUNCTION_WORDS: &str = "il lo la i gli le l un uno una del dello della dei degli delle dell al allo \
    alla ai agli alle all dal dalla dai dalle nel nella nei nelle nell sul sulla sui sulle sull di a da in con su \
    per tra fra io me mi mio mia miei mie noi ci nostro nostra tu te ti tuo tua tuoi tue voi vi vostro vostra lui \
    lei loro egli ella si se suo sua suoi sue questo questa questi queste quello quella quelli quelle che chi cosa \
    cos quale quali quando dove dov come com perche quanto quanta quanti quante essere sono sei e siamo siete era fu \
    sia ho hai ha abbiamo avete hanno posso puoi puo potete potrei potrebbe devo deve vado va vai andare o ma ne non \
    piu meno molto anche gia solo qui qua li ciao favore piacere prego grazie tutto tutta tutti tutte altro altra \
    ogni d c s";

pub(super) const COORDINATORS: &str = "e ed anche inoltre poi ma";

pub(super) const CANCEL: &[&str] = &[
    "annulla",
    "annullare",
    "annulli",
    "cancella",
    "basta",
    "fermati",
    "esci",
    "uscire",
    "lascia perdere",
    "lasci perdere",
    "voglio annullare",
    "vorrei annullare",
    "annulla tutto",
    "annullalo",
    "non voglio più",
    "non lo voglio più",
    "dimentica",
    "dimenticalo",
    "lascia stare",
    "ho cambiato idea",
    "voglio uscire",
];

pub(super) const SKIP: &[&str] = &[
    "fa lo stesso",
    "è lo stesso",
    "è uguale",
    "qualsiasi",
    "qualunque",
    "uno qualsiasi",
    "indifferente",
    "non importa",
    "nessuna preferenza",
    "salta",
    "saltare",
    "come vuoi",
    "come vuole",
];

pub(super) const COURTESY: &[&str] = &["per favore", "per piacere", "grazie", "ok"];
