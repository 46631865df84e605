//! The names of the files' fields are known where the files are read, and nowhere else.

#[test]
fn field_names_of_the_files_occur_only_where_the_files_are_read() {
    const NAMES: [&str; 42] = [
        "_intents",
        "_tests",
        "_source",
        "brainName",
        "lastUpdated",
        "staticEntities",
        "stopWords",
        "negativeWords",
        "positiveWords",
        "qualitativeWords",
        "quantitativeWords",
        "temporalWords",
        "errorMessage",
        "nifMessage",
        "welcomeMessage",
        "protectedEntities",
        "routeDefinitions",
        "federation",
        "API-KEY",
        "rolearn",
        "syncConversation",
        "asyncConversation",
        "generateReturn",
        "customPronunciation",
        "contextDefinitions",
        "persistContext",
        "removeAccent",
        "payloadPosition",
        "regexList",
        "noMatchAsk",
        "defaultValue",
        "ctxInjection",
        "validationSuccessMessage",
        "validationErrorMessage",
        "richResponseObject",
        "entityType",
        "cacheTTL",
        "localFunctions",
        "ctxTTLLimit",
        "language_tag",
        "auntMaricotaDistanceConfidence",
        "loadExtensions",
    ];
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !["tests", "knowledge"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(".rs") && !["knowledge.rs", "config.rs", "tests.rs"].contains(&name.as_str()) {
                let code = std::fs::read_to_string(&path).unwrap();
                let code = code.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = code.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
                let found = lines
                    .flat_map(|line| NAMES.iter().filter(move |name| line.contains(&format!("\"{name}\""))))
                    .next();
                assert_eq!(found, None, "{}", path.display());
            }
        }
    }
}
