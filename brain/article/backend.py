"""The two backends of the article's bot, for one's own machine: python3 brain/article/backend.py

In the cloud each function below would be a Lambda; here each has its own path on http://127.0.0.1:8090.
A function gets the event that the bot sends and returns what the bot shall say.
"""

import hashlib
import json
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = ("127.0.0.1", 8090)
LARGEST_EVENT = 1_000_000

PHONES = {"vendas": "0800 555 0101", "suporte": "0800 555 0102", "financeiro": "0800 555 0103", "sac": "0800 555 0100"}

# The questions of the ticket dialog: under which name the answer comes back, and what is asked.
QUESTIONS = [
    ("origem", "De qual cidade você vai sair?"),
    ("destino", "E para onde você vai?"),
    ("data", "Em que dia quer viajar?"),
    ("confirma", "Posso emitir a passagem?"),
]


def busca_telefone(event):
    """The telephone of a department."""
    department = str(event.get("departamento", "")).strip()
    phone = PHONES.get(department.casefold())
    if phone is None:
        known = ", ".join(name.capitalize() if name != "sac" else "SAC" for name in PHONES)
        return say(f"Não conheço o departamento “{department}”. Tente um destes: {known}.")
    return say(f"O telefone do departamento {department} é {phone}.")


def emite_passagem(event):
    """A dialog in steps: `step` says which question was asked last; whatever is put in `payload` comes back with the next answer."""
    step = event.get("step", 0)
    answers = {name: answer(event, name) for name, _ in QUESTIONS[:step]}
    if step and not answers[QUESTIONS[step - 1][0]]:
        return ask(event, step - 1)
    if step < len(QUESTIONS):
        return ask(event, step)
    if answers["confirma"].casefold().strip(" .!") not in {"sim", "s", "pode", "claro", "confirmo", "ok"}:
        return end("Tudo bem, não emiti nada.")
    # The same turn sent again gets the same code: nothing is issued twice.
    turn = "|".join(str(event.get(key, "")) for key in ("sessionID", "turnID"))
    code = hashlib.sha256(turn.encode()).hexdigest()[:6].upper()
    trip = f"{answers['origem']} → {answers['destino']}, {answers['data']}, classe {event.get('tipoDeVoo')}"
    return end(f"Passagem emitida: {trip}. O seu localizador é {code}. Boa viagem!")


def answer(event, name):
    """What the user answered under a name."""
    given = event.get(name)
    return str(given.get("response", "")).strip() if isinstance(given, dict) else ""


def ask(event, step):
    """Question number `step`, with the state that shall come back."""
    name, question = QUESTIONS[step]
    kept = {key: event[key] for key in ("tipoDeVoo", *(name for name, _ in QUESTIONS[:step])) if key in event}
    shown = say(question)
    if name == "confirma":
        shown["text"] += '<br/><button value="sim">Sim</button> <button value="não">Não</button>'
    return {"asyncConversation": {"id": name, "ask": shown, "payload": {**kept, "step": step + 1}, "endConversation": False}}


def end(sentence):
    """The last sentence of a dialog."""
    return {"asyncConversation": {"id": "fim", "ask": say(sentence), "payload": {}, "endConversation": True}}


def say(sentence):
    """A sentence to show, where HTML is understood, and to speak."""
    return {"text": escape(sentence), "speech": sentence.replace("<", " ").replace(">", " ")}


FUNCTIONS = {"/busca-telefone": busca_telefone, "/emite-passagem": emite_passagem}


class Handler(BaseHTTPRequestHandler):
    """Takes an event by POST and answers with JSON; anything but 200 counts as a failed function."""

    def do_POST(self):
        function = FUNCTIONS.get(self.path)
        length = int(self.headers.get("content-length", 0))
        if function is None or length > LARGEST_EVENT:
            return self.reply(404, {"errorMessage": "no such function"})
        try:
            return self.reply(200, function(json.loads(self.rfile.read(length))))
        except (ValueError, TypeError, AttributeError, IndexError) as problem:
            return self.reply(500, {"errorMessage": f"the event cannot be read: {problem}"})

    def reply(self, status, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Users' words do not belong in a log, nor do lines about each request."""


if __name__ == "__main__":
    try:
        server = ThreadingHTTPServer(ADDRESS, Handler)
    except OSError as problem:
        sys.exit("http://%s:%d cannot be listened on: %s" % (*ADDRESS, problem.strerror))
    print("The article's backends listen on http://%s:%d" % ADDRESS, flush=True)
    server.serve_forever()
