//! Brain folders for tests, made of our own words.

use std::{fs, path::Path};

use serde_json::{Value, json};

/// A bot that asks for a department and passes it on to the backend at `url`.
pub fn telephone(folder: &Path, url: &str) {
    let knowledge = json!({
        "brainName": "telefones",
        "i18n": {
            "errorMessage": {"text": "Algo deu errado.", "speech": "Algo deu errado."},
            "nifMessage": {},
            "welcomeMessage": {"text": "Bem-vindo!", "speech": "Bem-vindo!"}
        },
        "knowledge": [
            {
                "_id": "100",
                "_intents": ["qual o telefone de contato", "preciso falar com alguem", "me passa o telefone do setor"],
                "_source": {
                    "arn": " arn:aws:lambda:us-east-1:123456789012:function:busca-telefone",
                    "payload": "{departamento:\"$0\"}",
                    "parameters": [{
                        "name": "departamento",
                        "payloadPosition": 0,
                        "defaultValue": "SAC",
                        "noMatchAsk": [{"text": "Qual o departamento?", "speech": "Qual o departamento?"}],
                        "validationSuccessMessage": [{"text": "Ok, só um minuto", "speech": "Ok, só um minuto"}]
                    }],
                    "response": []
                }
            },
            {
                "_id": "200",
                "_intents": ["bom dia", "oi tudo bem", "olá robô"],
                "_source": {"response": [{"text": "Bom dia!", "speech": "Bom dia!"}]}
            }
        ]
    });
    write(folder, "knowledge.json", &knowledge);
    let configs = json!({"name": "Telefonista", "language_tag": "pt-BR", "localFunctions": {"busca-telefone": url}});
    write(folder, "configs.json", &configs);
}

/// Replaces one of a brain's files, as an editor saves it: whole, under its own name.
pub fn write(folder: &Path, name: &str, content: &Value) {
    fs::write(folder.join(name), serde_json::to_vec_pretty(content).unwrap()).unwrap();
}

/// One of a brain's files as JSON.
pub fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

/// A copy of a brain of this repository.
pub fn copy(name: &str, to: &Path) {
    for entry in fs::read_dir(crate::repository().join("brain").join(name)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}
