//! Brain folders for tests, made of our own words.

use std::{
    fs,
    io::{Cursor, Read as _, Write as _},
    path::Path,
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

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

/// An artefact as another release would write it, sealed, of a format with this number.
pub fn of_format(artefact: &[u8], format: u32) -> Vec<u8> {
    const SEAL: &str = "sha256:";
    let length = SEAL.len() + 64;
    let mut archive = ZipArchive::new(Cursor::new(artefact)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment(" ".repeat(length)).unwrap();
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if index == 0 {
            let mut manifest: Value = serde_json::from_slice(&content).unwrap();
            manifest["format"] = json!(format);
            content = manifest.to_string().into_bytes();
        }
        writer.start_file(entry.name().unwrap().into_owned(), stored).unwrap();
        writer.write_all(&content).unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    bytes.truncate(bytes.len() - length);
    let seal: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.extend(format!("{SEAL}{seal}").into_bytes());
    bytes
}
