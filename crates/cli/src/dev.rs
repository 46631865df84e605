//! `sbf dev`: the whole bot on this machine, trained again whenever its files are saved.

mod editing;
pub(crate) mod pages;
#[cfg(feature = "cloud")]
mod sign_in;
mod status;

use std::{
    env,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use sbf_aws::router::{App, Development, development, guarded, log_panics, routes};
use sbf_dialog::ports::Caller;
use sbf_languages::{ALL, ENGLISH};
use tokio::net::TcpListener;
use tracing::Instrument as _;

pub use self::status::{Event, Snapshot, Status};
use crate::{
    Misuse, Outcome,
    bot::{LocalBot, development_caller},
    output,
};

/// What `sbf dev` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The brain folder; without one, the current folder if it is a brain, else the sample bot in your language.
    folder: Option<PathBuf>,
    /// The port on loopback; 0 picks a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where conversations and the trained brain are kept; without one, .sbf/ in the current folder.
    #[arg(long)]
    state: Option<PathBuf>,
    #[cfg(feature = "cloud")]
    #[command(flatten)]
    sign_in: sign_in::SignInOptions,
}

/// Serves until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    // What a panic says may quote what somebody said.
    log_panics();
    let folder = brain_folder(arguments.folder.as_deref())?;
    let state = arguments.state.clone().unwrap_or_else(|| default_state(&folder));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(&folder, state, arguments));
    // A training run under way cannot be stopped, and nobody waits for it: whatever is stored survives the end of a program at any moment.
    runtime.shutdown_background();
    served.map(|()| Outcome::Fine)
}

async fn serve(folder: &Path, state: PathBuf, arguments: &Arguments) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))
        .await
        .with_context(|| format!("port {} cannot be used; --port picks another", arguments.port))?;
    let port = listener.local_addr()?.port();
    let bot = Arc::new(LocalBot::start(Some(state)).await?);
    let status = Arc::new(Status::default());
    let service = service(&bot, &status, port, arguments).await?;
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let editing = editing::begin(Arc::clone(&bot), Arc::clone(&status), folder).await?;
    println!(
        "{} is at http://localhost:{port}/ (Ctrl-C ends it; saving {} trains it again)",
        output::one_line(&name(&bot).await),
        folder.display()
    );
    tokio::select! {
        ended = server => ended??,
        () = editing => {}
        ended = tokio::signal::ctrl_c() => ended?,
    }
    Ok(())
}

/// The routes of the Lambda, the author's own ones and the page, for this machine only.
async fn service(bot: &LocalBot, status: &Arc<Status>, port: u16, arguments: &Arguments) -> anyhow::Result<Router> {
    let build = pages::build_folder();
    if let Some(build) = build.clone() {
        tokio::spawn(pages::watch_build(build, Arc::clone(status)));
    }
    let (own, caller) = signed_in(bot.app.clone(), arguments).await?;
    let own = own.merge(pages::author_routes(Arc::clone(status)));
    let all = own.merge(pages::page_routes(build.as_deref(), port, &connects(bot, caller.is_none()))?);
    let development_only = Development::on_port(port, caller);
    bot.cloud.allow_origins(development_only.origins());
    Ok(guarded(development(all, development_only).layer(middleware::from_fn(finish))))
}

/// Where the page connects to besides `sbf dev`: the bucket for files, and, where people sign in, what the issuer names.
fn connects(bot: &LocalBot, people_sign_in: bool) -> String {
    let variables = bot.cloud.environment();
    let bucket = variables.into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL_S3").map(|(_, url)| url);
    let issuer = people_sign_in.then(|| "https: http://localhost:* http://127.0.0.1:*".to_owned());
    bucket.into_iter().chain(issuer).collect::<Vec<_>>().join(" ")
}

/// The bot's routes, and who everybody is where nobody signs in.
async fn signed_in(app: App, arguments: &Arguments) -> anyhow::Result<(Router, Option<Caller>)> {
    #[cfg(feature = "cloud")]
    if let Some(router) = sign_in::router(&app, &arguments.sign_in).await? {
        return Ok((router, None));
    }
    #[cfg(not(feature = "cloud"))]
    let _ = arguments;
    Ok((routes(app), Some(development_caller())))
}

/// Goes on with a request whose client has gone (a page that was loaded again), as a Lambda does, which is never told of it:
/// a turn that was dropped in the middle of a backend's call could not say any more what came of it.
async fn finish(request: Request, next: Next) -> Response {
    match tokio::spawn(next.run(request).in_current_span()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // For the guard around this.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

async fn name(bot: &LocalBot) -> String {
    match bot.app.brains.current().await {
        Ok(live) => live.brain.name().to_owned(),
        Err(_) => "The bot".to_owned(),
    }
}

/// The folder that was named, or the current one, or a sample bot of the checkout in the user's language.
fn brain_folder(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(folder) = named {
        if !folder.is_dir() {
            bail!(Misuse(format!(
                "{} is no folder; sbf dev wants the folder that holds knowledge.json",
                folder.display()
            )));
        }
        return Ok(folder.to_owned());
    }
    if Path::new("knowledge.json").is_file() {
        return Ok(PathBuf::from("."));
    }
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let samples = sample_folders(locale.as_deref().unwrap_or_default());
    samples.iter().find_map(|relative| pages::in_checkout(relative)).ok_or_else(|| {
        Misuse("there is no knowledge.json here; name the folder that holds one: sbf dev FOLDER".to_owned()).into()
    })
}

/// Sample bots for a POSIX locale such as `pt_BR.UTF-8`, the nearest first.
fn sample_folders(locale: &str) -> Vec<String> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let of_tag = ALL.into_iter().filter_map(|language| language.sample).find(|sample| *sample == tag);
    let language = sbf_languages::of(&tag).and_then(|language| language.sample);
    [of_tag, language, ENGLISH.sample].into_iter().flatten().map(|name| format!("brain/{name}")).collect()
}

/// A hidden folder, one for each brain folder.
fn default_state(folder: &Path) -> PathBuf {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map_or_else(|| "brain".to_owned(), |name| name.to_string_lossy().into_owned());
    let mut hasher = DefaultHasher::new();
    whole.hash(&mut hasher);
    PathBuf::from(".sbf").join(format!("{name}-{:08x}", hasher.finish() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_in_the_users_language_comes_first() {
        assert_eq!(sample_folders("pt_BR.UTF-8"), ["brain/pt-BR", "brain/pt-BR", "brain/en"]);
        assert_eq!(sample_folders("pt_PT"), ["brain/pt-BR", "brain/en"]);
        assert_eq!(sample_folders("es_MX.UTF-8"), ["brain/es", "brain/en"]);
        assert_eq!(sample_folders("C"), ["brain/en"]);
        assert_eq!(sample_folders(""), ["brain/en"]);
    }

    #[test]
    fn each_brain_has_a_state_folder_of_its_own() {
        assert_ne!(default_state(Path::new("/a/en")), default_state(Path::new("/b/en")));
    }
}
