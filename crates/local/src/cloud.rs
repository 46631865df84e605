//! All services together: started on loopback, stopped gracefully.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use dynoxide::Database;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::clients::{self, Endpoints, KeyPair};
use crate::dynamodb::Tables;
use crate::lambda::{Functions, LocalFunction};
use crate::s3::{Index, Keys, ObjectCreated, Origins};
use crate::serve::{self, Port, Stop};
use crate::speech::Speech;
use crate::state::{State, StateError};
use crate::{dynamodb, lambda, polly, s3, samples};

/// How to start.
#[derive(Debug, Clone)]
pub struct CloudOptions {
    /// The folder in which everything stored is kept, made where it does not exist. With `None`
    /// nothing outlives the cloud.
    pub state: Option<PathBuf>,
    /// How long an invoked function may take.
    pub function_timeout: Duration,
}

impl Default for CloudOptions {
    /// Nothing kept; functions may take 29 seconds, as long as an API Gateway waits.
    fn default() -> Self {
        Self { state: None, function_timeout: Duration::from_secs(29) }
    }
}

/// Why a cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The state folder is in use, of another version, or not to be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The embedded DynamoDB did not open its file, or did not make the samples' tables.
    #[error("the embedded DynamoDB: {0}")]
    DynamoDb(String),
    /// The embedded S3 did not open its folder, or could not be read or written.
    #[error("the embedded S3: {0}")]
    S3(String),
    /// No port on loopback, or no HTTP client.
    #[error("the local services did not start: {0}")]
    Network(String),
    /// A background task ended before its answer.
    #[error("a background task ended: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// DynamoDB, S3, Lambda's Invoke and Polly on loopback ports of this process.
///
/// Dropping it ends them at once; [`Cloud::shutdown`] lets requests under way finish.
pub struct Cloud {
    endpoints: Endpoints,
    keys: KeyPair,
    form_keys: KeyPair,
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    lambda: aws_sdk_lambda::Client,
    polly: aws_sdk_polly::Client,
    functions: Functions,
    objects: Index,
    origins: Origins,
    database: Database,
    speech: Arc<Speech>,
    stop: Stop,
    tasks: Vec<JoinHandle<()>>,
    // Last, so that the folder is given free after everything that uses it.
    state: State,
}

impl Cloud {
    /// Starts all services; when this returns they answer.
    pub async fn start(options: CloudOptions) -> Result<Self, CloudError> {
        let opened = tokio::task::spawn_blocking(move || open(options.state)).await??;
        let Opened { state, database, tables, objects, blobs } = opened;
        let (keys, form_keys) = (KeyPair::random(), KeyPair::random());
        let speech = Arc::new(Speech::detect().await);
        let functions = Functions::default();
        let function_routes = lambda::router(functions.clone(), &keys, options.function_timeout)
            .map_err(|error| CloudError::Network(error.to_string()))?
            .merge(polly::router(Arc::clone(&speech), &keys));

        let ports = [Port::open().await, Port::open().await, Port::open().await];
        let [Ok(for_dynamodb), Ok(for_s3), Ok(for_functions)] = ports else {
            return Err(CloudError::Network("no port on loopback is to be had".to_owned()));
        };
        let endpoints = Endpoints {
            dynamodb: for_dynamodb.url.clone(),
            s3: for_s3.url.clone(),
            functions: for_functions.url.clone(),
        };
        let stop = Stop::new();
        let origins = Origins::default();
        let tasks = vec![
            dynamodb::sweep(database.clone(), &stop),
            for_dynamodb.serve(dynamodb::router(database.clone(), tables, &keys), &stop),
            for_s3.serve(s3::router(objects.clone(), blobs, Keys { all: &keys, forms: &form_keys }, &origins), &stop),
            for_functions.serve(function_routes, &stop),
        ];
        let sdk = clients::sdk_config(&keys);
        let dynamodb = clients::dynamodb(&sdk, &endpoints);
        samples::register(&functions, &dynamodb).await.map_err(CloudError::DynamoDb)?;
        Ok(Self {
            dynamodb,
            s3: clients::s3(&sdk, &endpoints),
            lambda: clients::lambda(&sdk, &endpoints),
            polly: clients::polly(&sdk, &endpoints),
            endpoints,
            keys,
            form_keys,
            functions,
            objects,
            origins,
            database,
            speech,
            stop,
            tasks,
            state,
        })
    }

    /// A client of the embedded DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb.clone()
    }

    /// A client of the embedded S3.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        self.s3.clone()
    }

    /// A client that invokes the functions of [`Cloud::functions`].
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        self.lambda.clone()
    }

    /// A client of the speech service; the audio is WAV.
    pub fn polly(&self) -> aws_sdk_polly::Client {
        self.polly.clone()
    }

    /// What upload forms are signed with. A form tells its access key to everybody who asks for one, so this pair opens
    /// nothing else.
    pub fn form_credentials(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(clients::credentials(&self.form_keys))
    }

    /// Lets pages of these origins (`http://localhost:8080`) post upload forms to the embedded S3 and read its answers,
    /// as CORS rules do for a bucket in AWS. Pages of all others are refused.
    pub fn allow_origins(&self, origins: impl IntoIterator<Item = String>) {
        self.origins.allow(origins);
    }

    /// Environment variables with which an unchanged Lambda program reaches this cloud.
    pub fn environment(&self) -> Vec<(String, String)> {
        clients::environment(&self.keys, &self.endpoints)
    }

    /// The functions that Invoke knows; a clone changes the same set.
    pub fn functions(&self) -> Functions {
        self.functions.clone()
    }

    /// See [`Functions::set_local_functions`].
    pub fn set_local_functions(&self, urls: BTreeMap<String, String>) {
        self.functions.set_local_functions(urls);
    }

    /// See [`Functions::register`].
    pub fn register(&self, name: impl Into<String>, function: Arc<dyn LocalFunction>) {
        self.functions.register(name, function);
    }

    /// Whether espeak-ng was found at the start.
    pub fn speech_available(&self) -> bool {
        self.speech.installed()
    }

    /// Makes a bucket, unless it exists.
    pub async fn create_bucket(&self, name: &str) -> Result<(), CloudError> {
        let created = self.s3.create_bucket().bucket(name).send().await;
        match created.map_err(aws_sdk_s3::Error::from) {
            Ok(_) | Err(aws_sdk_s3::Error::BucketAlreadyOwnedByYou(_)) => Ok(()),
            Err(error) => Err(CloudError::S3(error.to_string())),
        }
    }

    /// Makes a bucket that keeps earlier versions of its objects, 20 of each; one that is there
    /// keeps them from now on.
    pub async fn create_versioned_bucket(&self, name: &str) -> Result<(), CloudError> {
        self.create_bucket(name).await?;
        let kept = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = self.s3.put_bucket_versioning().bucket(name).versioning_configuration(kept);
        request.send().await.map(drop).map_err(|error| CloudError::S3(aws_sdk_s3::Error::from(error).to_string()))
    }

    /// Objects stored from now on, in order. A listener that lags far behind is told so, and
    /// finds what it missed in [`Cloud::pending_object_events`].
    pub fn object_events(&self) -> broadcast::Receiver<ObjectCreated> {
        self.objects.events()
    }

    /// Objects whose event nobody acknowledged, oldest first: those stored just before the last
    /// process ended are among them, as AWS too delivers an event at least once.
    pub async fn pending_object_events(&self) -> Result<Vec<ObjectCreated>, CloudError> {
        let objects = self.objects.clone();
        let pending = tokio::task::spawn_blocking(move || objects.pending()).await?;
        pending.map_err(|error| CloudError::S3(error.to_string()))
    }

    /// The event was handled: it will not be pending again.
    pub async fn acknowledge(&self, event: &ObjectCreated) -> Result<(), CloudError> {
        let (objects, event) = (self.objects.clone(), event.clone());
        let done = tokio::task::spawn_blocking(move || objects.acknowledge(&event)).await?;
        done.map_err(|error| CloudError::S3(error.to_string()))
    }

    /// Removes DynamoDB items past their time to live now, as otherwise happens once a minute;
    /// gives their count.
    pub async fn sweep_expired_items(&self) -> Result<usize, CloudError> {
        let database = self.database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await?;
        swept.map_err(|error| CloudError::DynamoDb(error.to_string()))
    }

    /// Where everything stored is; a temporary folder goes with the cloud.
    pub fn state_folder(&self) -> &Path {
        self.state.folder()
    }

    /// Stops taking requests, lets those under way finish within seconds, and gives the state
    /// folder free.
    pub async fn shutdown(mut self) {
        self.stop.now();
        serve::finish(&mut self.tasks).await;
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

struct Opened {
    state: State,
    database: Database,
    tables: Tables,
    objects: Index,
    blobs: s3::Blobs,
}

fn open(folder: Option<PathBuf>) -> Result<Opened, CloudError> {
    let state = match folder {
        Some(folder) => State::open(&folder)?,
        None => State::temporary()?,
    };
    let file = state.durable().then(|| state.folder().join("dynamodb.sqlite"));
    let (database, tables) =
        dynamodb::open(file.as_deref()).map_err(|error| CloudError::DynamoDb(error.to_string()))?;
    let (objects, blobs) =
        s3::open(state.folder(), state.durable()).map_err(|error| CloudError::S3(error.to_string()))?;
    Ok(Opened { state, database, tables, objects, blobs })
}
