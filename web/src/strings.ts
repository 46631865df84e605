/** The page's own words, in the seven languages of the sample bots. */

/** Every sentence of the page; `{name}` and `{n}` are filled in by `fill`. */
export interface Strings {
  readonly chat: string;
  readonly conversation: string;
  readonly you: string;
  readonly intro: string;
  readonly message: string;
  readonly placeholder: string;
  readonly send: string;
  readonly newConversation: string;
  readonly readAloud: string;
  readonly speak: string;
  readonly stopListening: string;
  readonly listening: string;
  readonly typing: string;
  readonly waiting: string;
  readonly tryAgain: string;
  readonly newMessages: string;
  readonly expired: string;
  readonly welcome: string;
  readonly preparing: string;
  readonly noAnswer: string;
  readonly tooLong: string;
  readonly choices: string;
  readonly offline: string;
  readonly timeout: string;
  readonly busy: string;
  readonly unauthorised: string;
  readonly tooLarge: string;
  readonly refused: string;
  readonly server: string;
  readonly unreadable: string;
  readonly today: string;
  readonly yesterday: string;
  readonly problems: string;
  readonly problemsHint: string;
  readonly warnings: string;
  readonly error: string;
  readonly warning: string;
  readonly found: string;
  readonly training: string;
  readonly updated: string;
  readonly signIn: string;
  readonly signOut: string;
  readonly signedInAs: string;
  readonly signInHint: string;
  readonly signingIn: string;
  readonly signInFailed: string;
  readonly sessionEnded: string;
}

/** The languages there are words in. */
export type Language = "en" | "pt" | "es" | "fr" | "de" | "it" | "ru";

/** The words to use: in the bot's language, else in the first of the reader's that there are words in, else in English. */
export function chooseLanguage(bot: string, reader: readonly string[]): Language {
  const wanted = [bot, ...reader].map((tag) => tag.toLowerCase().split("-")[0]);
  return wanted.find(isLanguage) ?? "en";
}

/** Whether a language is written from right to left (by its BCP 47 tag). */
export function isRightToLeft(tag: string): boolean {
  return /^(ar|arc|ckb|dv|fa|he|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)|-(arab|hebr)(-|$)/i.test(tag);
}

/** Puts values into a sentence: `fill("{n} left", { n: 3 })`. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The words of a language. */
export function stringsOf(language: Language): Strings {
  return STRINGS[language];
}

function isLanguage(code: string | undefined): code is Language {
  return code !== undefined && Object.hasOwn(STRINGS, code);
}

const STRINGS: Readonly<Record<Language, Strings>> = {
  en: {
    chat: "Chat",
    conversation: "Conversation with {name}",
    you: "You",
    intro: "Ask in your own words.",
    message: "Message",
    placeholder: "Write a message…",
    send: "Send",
    newConversation: "New conversation",
    readAloud: "Read answers aloud",
    speak: "Speak your message",
    stopListening: "Stop listening",
    listening: "Listening…",
    typing: "{name} is typing",
    waiting: "Waiting to be sent",
    tryAgain: "Try again",
    newMessages: "New messages",
    expired: "The earlier conversation has ended. This is a new one.",
    welcome: "Hello! How can I help you?",
    preparing: "The bot is getting ready…",
    noAnswer: "There was an answer, but nothing in it that can be shown.",
    tooLong: "Too long by this many characters: {n}",
    choices: "Choices",
    offline: "The bot cannot be reached. Is the connection working?",
    timeout: "The answer is taking too long.",
    busy: "The bot is not ready yet. It will be asked again in a moment.",
    unauthorised: "You are not signed in, or no longer.",
    tooLarge: "This message is too large.",
    refused: "The bot could not accept this message.",
    server: "Something went wrong on the bot’s side.",
    unreadable: "The answer could not be read.",
    today: "Today",
    yesterday: "Yesterday",
    problems: "Problems in the brain: {n}",
    problemsHint: "The bot keeps answering from the last good version.",
    warnings: "Warnings: {n}",
    error: "Error",
    warning: "Warning",
    found: "found",
    training: "Training…",
    updated: "Brain updated",
    signIn: "Sign in",
    signOut: "Sign out",
    signedInAs: "Signed in as",
    signInHint: "Sign in to talk with {name}.",
    signingIn: "Signing in…",
    signInFailed: "Signing in did not work. Please try again.",
    sessionEnded: "Your sign-in has ended. Sign in again to go on: what you wrote is kept.",
  },
  pt: {
    chat: "Conversa",
    conversation: "Conversa com {name}",
    you: "Você",
    intro: "Pergunte com as suas palavras.",
    message: "Mensagem",
    placeholder: "Escreva uma mensagem…",
    send: "Enviar",
    newConversation: "Nova conversa",
    readAloud: "Ler as respostas em voz alta",
    speak: "Falar a mensagem",
    stopListening: "Parar de ouvir",
    listening: "Ouvindo…",
    typing: "{name} está digitando",
    waiting: "Aguardando envio",
    tryAgain: "Tentar de novo",
    newMessages: "Novas mensagens",
    expired: "A conversa anterior terminou. Esta é uma nova.",
    welcome: "Olá! Como posso ajudar?",
    preparing: "O bot está se preparando…",
    noAnswer: "Houve uma resposta, mas nada nela pode ser mostrado.",
    tooLong: "Caracteres a mais: {n}",
    choices: "Opções",
    offline: "Não foi possível falar com o bot. A conexão está funcionando?",
    timeout: "A resposta está demorando demais.",
    busy: "O bot ainda não está pronto. Em instantes tentaremos de novo.",
    unauthorised: "Você não entrou na sua conta, ou a sessão terminou.",
    tooLarge: "Esta mensagem é grande demais.",
    refused: "O bot não pôde aceitar esta mensagem.",
    server: "Algo deu errado do lado do bot.",
    unreadable: "Não foi possível ler a resposta.",
    today: "Hoje",
    yesterday: "Ontem",
    problems: "Problemas no cérebro do bot: {n}",
    problemsHint: "O bot continua respondendo com a última versão boa.",
    warnings: "Avisos: {n}",
    error: "Erro",
    warning: "Aviso",
    found: "encontrado",
    training: "Treinando…",
    updated: "Cérebro atualizado",
    signIn: "Entrar",
    signOut: "Sair",
    signedInAs: "Conectado como",
    signInHint: "Entre na sua conta para conversar com {name}.",
    signingIn: "Entrando…",
    signInFailed: "Não foi possível entrar. Tente de novo.",
    sessionEnded: "A sua sessão terminou. Entre de novo para continuar: o que você escreveu foi guardado.",
  },
  es: {
    chat: "Conversación",
    conversation: "Conversación con {name}",
    you: "Tú",
    intro: "Pregunta con tus propias palabras.",
    message: "Mensaje",
    placeholder: "Escribe un mensaje…",
    send: "Enviar",
    newConversation: "Nueva conversación",
    readAloud: "Leer las respuestas en voz alta",
    speak: "Dictar el mensaje",
    stopListening: "Dejar de escuchar",
    listening: "Escuchando…",
    typing: "{name} está escribiendo",
    waiting: "Pendiente de envío",
    tryAgain: "Intentar de nuevo",
    newMessages: "Mensajes nuevos",
    expired: "La conversación anterior terminó. Esta es una nueva.",
    welcome: "¡Hola! ¿En qué puedo ayudarte?",
    preparing: "El bot se está preparando…",
    noAnswer: "Hubo una respuesta, pero no contiene nada que se pueda mostrar.",
    tooLong: "Caracteres de más: {n}",
    choices: "Opciones",
    offline: "No se puede contactar con el bot. ¿Funciona la conexión?",
    timeout: "La respuesta está tardando demasiado.",
    busy: "El bot aún no está listo. Se volverá a intentar en un momento.",
    unauthorised: "No has iniciado sesión, o tu sesión ha terminado.",
    tooLarge: "Este mensaje es demasiado grande.",
    refused: "El bot no pudo aceptar este mensaje.",
    server: "Algo salió mal del lado del bot.",
    unreadable: "No se pudo leer la respuesta.",
    today: "Hoy",
    yesterday: "Ayer",
    problems: "Problemas en el cerebro del bot: {n}",
    problemsHint: "El bot sigue respondiendo con la última versión correcta.",
    warnings: "Avisos: {n}",
    error: "Error",
    warning: "Aviso",
    found: "encontrado",
    training: "Entrenando…",
    updated: "Cerebro actualizado",
    signIn: "Iniciar sesión",
    signOut: "Cerrar sesión",
    signedInAs: "Sesión iniciada como",
    signInHint: "Inicia sesión para conversar con {name}.",
    signingIn: "Iniciando sesión…",
    signInFailed: "No se pudo iniciar sesión. Inténtalo de nuevo.",
    sessionEnded: "Tu sesión ha terminado. Inicia sesión de nuevo para continuar: lo que escribiste se conserva.",
  },
  fr: {
    chat: "Discussion",
    conversation: "Discussion avec {name}",
    you: "Vous",
    intro: "Posez votre question avec vos propres mots.",
    message: "Message",
    placeholder: "Écrivez un message…",
    send: "Envoyer",
    newConversation: "Nouvelle conversation",
    readAloud: "Lire les réponses à voix haute",
    speak: "Dicter le message",
    stopListening: "Arrêter l’écoute",
    listening: "J’écoute…",
    typing: "{name} est en train d’écrire",
    waiting: "En attente d’envoi",
    tryAgain: "Réessayer",
    newMessages: "Nouveaux messages",
    expired: "La conversation précédente est terminée. En voici une nouvelle.",
    welcome: "Bonjour ! Comment puis-je vous aider ?",
    preparing: "Le bot se prépare…",
    noAnswer: "Une réponse est arrivée, mais rien n’y peut être affiché.",
    tooLong: "Caractères en trop : {n}",
    choices: "Choix",
    offline: "Le bot est injoignable. La connexion fonctionne-t-elle ?",
    timeout: "La réponse se fait trop attendre.",
    busy: "Le bot n’est pas encore prêt. Nouvel essai dans un instant.",
    unauthorised: "Vous n’êtes pas connecté, ou ne l’êtes plus.",
    tooLarge: "Ce message est trop volumineux.",
    refused: "Le bot n’a pas pu accepter ce message.",
    server: "Une erreur s’est produite du côté du bot.",
    unreadable: "La réponse n’a pas pu être lue.",
    today: "Aujourd’hui",
    yesterday: "Hier",
    problems: "Problèmes dans le cerveau du bot : {n}",
    problemsHint: "Le bot continue de répondre avec la dernière bonne version.",
    warnings: "Avertissements : {n}",
    error: "Erreur",
    warning: "Avertissement",
    found: "trouvé",
    training: "Entraînement…",
    updated: "Cerveau mis à jour",
    signIn: "Se connecter",
    signOut: "Se déconnecter",
    signedInAs: "Connecté en tant que",
    signInHint: "Connectez-vous pour discuter avec {name}.",
    signingIn: "Connexion en cours…",
    signInFailed: "La connexion a échoué. Veuillez réessayer.",
    sessionEnded: "Votre session est terminée. Reconnectez-vous pour continuer : ce que vous avez écrit est conservé.",
  },
  de: {
    chat: "Chat",
    conversation: "Unterhaltung mit {name}",
    you: "Sie",
    intro: "Fragen Sie in Ihren eigenen Worten.",
    message: "Nachricht",
    placeholder: "Nachricht schreiben…",
    send: "Senden",
    newConversation: "Neue Unterhaltung",
    readAloud: "Antworten vorlesen",
    speak: "Nachricht sprechen",
    stopListening: "Zuhören beenden",
    listening: "Ich höre zu…",
    typing: "{name} schreibt",
    waiting: "Wird noch gesendet",
    tryAgain: "Noch einmal versuchen",
    newMessages: "Neue Nachrichten",
    expired: "Die frühere Unterhaltung ist beendet. Dies ist eine neue.",
    welcome: "Hallo! Wie kann ich Ihnen helfen?",
    preparing: "Der Bot macht sich bereit…",
    noAnswer: "Es kam eine Antwort, aber nichts darin lässt sich anzeigen.",
    tooLong: "Zeichen zu viel: {n}",
    choices: "Auswahl",
    offline: "Der Bot ist nicht erreichbar. Besteht eine Verbindung?",
    timeout: "Die Antwort lässt zu lange auf sich warten.",
    busy: "Der Bot ist noch nicht bereit. Gleich wird es noch einmal versucht.",
    unauthorised: "Sie sind nicht oder nicht mehr angemeldet.",
    tooLarge: "Diese Nachricht ist zu groß.",
    refused: "Der Bot konnte diese Nachricht nicht annehmen.",
    server: "Auf der Seite des Bots ist etwas schiefgegangen.",
    unreadable: "Die Antwort war nicht lesbar.",
    today: "Heute",
    yesterday: "Gestern",
    problems: "Probleme im Bot-Gehirn: {n}",
    problemsHint: "Der Bot antwortet weiter mit der letzten guten Fassung.",
    warnings: "Warnungen: {n}",
    error: "Fehler",
    warning: "Warnung",
    found: "gefunden",
    training: "Wird trainiert…",
    updated: "Gehirn aktualisiert",
    signIn: "Anmelden",
    signOut: "Abmelden",
    signedInAs: "Angemeldet als",
    signInHint: "Melden Sie sich an, um mit {name} zu sprechen.",
    signingIn: "Anmeldung läuft…",
    signInFailed: "Die Anmeldung ist nicht gelungen. Bitte versuchen Sie es noch einmal.",
    sessionEnded:
      "Ihre Anmeldung ist abgelaufen. Melden Sie sich wieder an: was Sie geschrieben haben, bleibt erhalten.",
  },
  it: {
    chat: "Chat",
    conversation: "Conversazione con {name}",
    you: "Tu",
    intro: "Chiedi con parole tue.",
    message: "Messaggio",
    placeholder: "Scrivi un messaggio…",
    send: "Invia",
    newConversation: "Nuova conversazione",
    readAloud: "Leggi le risposte ad alta voce",
    speak: "Detta il messaggio",
    stopListening: "Smetti di ascoltare",
    listening: "In ascolto…",
    typing: "{name} sta scrivendo",
    waiting: "In attesa di invio",
    tryAgain: "Riprova",
    newMessages: "Nuovi messaggi",
    expired: "La conversazione precedente è terminata. Questa è una nuova.",
    welcome: "Ciao! Come posso aiutarti?",
    preparing: "Il bot si sta preparando…",
    noAnswer: "È arrivata una risposta, ma non contiene nulla che si possa mostrare.",
    tooLong: "Caratteri di troppo: {n}",
    choices: "Scelte",
    offline: "Il bot non è raggiungibile. La connessione funziona?",
    timeout: "La risposta si fa attendere troppo.",
    busy: "Il bot non è ancora pronto. Tra un momento si riproverà.",
    unauthorised: "Non hai effettuato l’accesso, o la sessione è terminata.",
    tooLarge: "Questo messaggio è troppo grande.",
    refused: "Il bot non ha potuto accettare questo messaggio.",
    server: "Qualcosa è andato storto dal lato del bot.",
    unreadable: "Non è stato possibile leggere la risposta.",
    today: "Oggi",
    yesterday: "Ieri",
    problems: "Problemi nel cervello del bot: {n}",
    problemsHint: "Il bot continua a rispondere con l’ultima versione valida.",
    warnings: "Avvisi: {n}",
    error: "Errore",
    warning: "Avviso",
    found: "trovato",
    training: "Addestramento…",
    updated: "Cervello aggiornato",
    signIn: "Accedi",
    signOut: "Esci",
    signedInAs: "Accesso effettuato come",
    signInHint: "Accedi per parlare con {name}.",
    signingIn: "Accesso in corso…",
    signInFailed: "Accesso non riuscito. Riprova.",
    sessionEnded: "La tua sessione è terminata. Accedi di nuovo per continuare: quello che hai scritto è conservato.",
  },
  ru: {
    chat: "Чат",
    conversation: "Разговор с {name}",
    you: "Вы",
    intro: "Спрашивайте своими словами.",
    message: "Сообщение",
    placeholder: "Напишите сообщение…",
    send: "Отправить",
    newConversation: "Новый разговор",
    readAloud: "Читать ответы вслух",
    speak: "Продиктовать сообщение",
    stopListening: "Прекратить запись",
    listening: "Слушаю…",
    typing: "{name} печатает",
    waiting: "Ожидает отправки",
    tryAgain: "Повторить",
    newMessages: "Новые сообщения",
    expired: "Прежний разговор завершён. Это новый.",
    welcome: "Здравствуйте! Чем могу помочь?",
    preparing: "Бот готовится к работе…",
    noAnswer: "Ответ пришёл, но показать в нём нечего.",
    tooLong: "Лишних символов: {n}",
    choices: "Варианты",
    offline: "Не удаётся связаться с ботом. Есть ли соединение?",
    timeout: "Ответ слишком долго не приходит.",
    busy: "Бот ещё не готов. Скоро попробуем ещё раз.",
    unauthorised: "Вы не вошли в систему или сеанс завершился.",
    tooLarge: "Это сообщение слишком большое.",
    refused: "Бот не смог принять это сообщение.",
    server: "На стороне бота что-то пошло не так.",
    unreadable: "Не удалось прочитать ответ.",
    today: "Сегодня",
    yesterday: "Вчера",
    problems: "Ошибки в базе знаний бота: {n}",
    problemsHint: "Бот продолжает отвечать по последней исправной версии.",
    warnings: "Предупреждения: {n}",
    error: "Ошибка",
    warning: "Предупреждение",
    found: "найдено",
    training: "Обучение…",
    updated: "База знаний обновлена",
    signIn: "Войти",
    signOut: "Выйти",
    signedInAs: "Вы вошли как",
    signInHint: "Войдите, чтобы поговорить с {name}.",
    signingIn: "Выполняется вход…",
    signInFailed: "Не удалось войти. Попробуйте ещё раз.",
    sessionEnded: "Сеанс завершён. Войдите снова, чтобы продолжить: написанное сохранено.",
  },
};
