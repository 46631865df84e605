//! People and their tokens, with Cognito as moto_server plays it: `sbf users`, `GetUser`, groups, and tokens by the pool's own keys.

use std::{io::Write as _, path::Path, process::Stdio};

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::{
    Client,
    types::{AuthFlowType, AuthenticationResultType, ExplicitAuthFlowsType, UsernameAttributeType},
};
use sbf_aws::{
    identity::caller_from_claims,
    profiles::{CachedProfiles, CognitoProfiles},
    router::epoch_millis,
};
use sbf_dialog::ports::{AccessToken, Caller, Profile, Profiles};
use sbf_local::{Authoriser, KeySource, Rejected};
use sbf_tests::moto::Moto;
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-horse-7";

/// A stack with a user pool, and the page's client of it.
struct Town<'m> {
    moto: &'m Moto,
    stack: &'static str,
    cognito: Client,
    pool: String,
    client: String,
}

impl<'m> Town<'m> {
    async fn founded(moto: &'m Moto, stack: &'static str) -> Self {
        let cognito = Client::new(&moto.sdk().await);
        let pool = cognito.create_user_pool().pool_name("town").username_attributes(UsernameAttributeType::Email);
        let pool = pool.send().await.unwrap().user_pool.unwrap().id.unwrap();
        let group =
            cognito.create_group().user_pool_id(&pool).group_name("editors").description("A claim in their tokens");
        group.send().await.unwrap();
        let client = client(&cognito, &pool).await;
        moto.stack(stack, &[("UserPoolId", &pool), ("OidcClientId", &client)]).await;
        Self { moto, stack, cognito, pool, client }
    }

    /// One call of `sbf users`: its status, standard output, standard error.
    async fn users(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        self.users_told("", arguments).await
    }

    /// As [`Self::users`], with something on standard input.
    async fn users_told(&self, input: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
        let arguments = [&["users"], arguments, &["--stack", self.stack]].concat();
        let mut command = self.moto.command(&arguments, Path::new("."));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let input = input.to_owned();
        let output = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            child.wait_with_output().unwrap()
        });
        let output = output.await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// What a call with `--json` prints.
    async fn told(&self, arguments: &[&str]) -> Value {
        let (status, printed, told) = self.users(&[arguments, &["--json"]].concat()).await;
        assert_eq!(status, Some(0), "{told}");
        serde_json::from_str(&printed).unwrap()
    }

    /// Signs in, once the password is not a temporary one any more.
    async fn sign_in(&self, email: &str, client: &str) -> Option<AuthenticationResultType> {
        let password = self.cognito.admin_set_user_password().user_pool_id(&self.pool).username(email);
        password.password(PASSWORD).permanent(true).send().await.unwrap();
        let request = self.cognito.initiate_auth().client_id(client).auth_flow(AuthFlowType::UserPasswordAuth);
        let request = request.auth_parameters("USERNAME", email).auth_parameters("PASSWORD", PASSWORD);
        request.send().await.ok()?.authentication_result
    }

    fn authoriser(&self) -> Authoriser {
        let issuer = format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", self.pool);
        let address = format!("{}/{}/.well-known/jwks.json", self.moto.address, self.pool);
        Authoriser::new(issuer, &self.client, Box::new(Keys(address)))
    }
}

async fn client(cognito: &Client, pool: &str) -> String {
    let client = cognito.create_user_pool_client().user_pool_id(pool).client_name("page");
    let client = client.explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth);
    client.send().await.unwrap().user_pool_client.unwrap().client_id.unwrap()
}

/// The keys at an address.
struct Keys(String);

#[async_trait]
impl KeySource for Keys {
    async fn keys(&self) -> Result<Value, String> {
        let answer = reqwest::get(&self.0).await.map_err(|error| error.to_string())?;
        answer.json().await.map_err(|error| error.to_string())
    }
}

/// As the router is told who sent a request with this token.
async fn caller(authoriser: &Authoriser, token: &str) -> Result<Caller, Rejected> {
    let header = format!("Bearer {token}");
    let claims = authoriser.authorise(Some(&header)).await?;
    Ok(caller_from_claims(|name| claims.get(name).map(String::as_str), Some(&header)).unwrap())
}

/// Starting moto_server takes seconds of work: once for all that `sbf users` does, and once for tokens.
#[tokio::test]
async fn people_of_a_pool_are_added_listed_grouped_and_removed() {
    let Some(moto) = Moto::start() else { return };
    a_user_is_added_listed_disabled_enabled_and_removed(&Town::founded(&moto, "life").await).await;
    a_password_is_read_and_never_shown(&Town::founded(&moto, "passwords").await).await;
    more_users_than_one_page_are_listed(&Town::founded(&moto, "pages").await).await;
    users_come_into_groups_and_out(&Town::founded(&moto, "groups").await).await;
    what_cannot_be_done_is_told_in_a_sentence(&Town::founded(&moto, "faults").await).await;
    a_pool_is_named_by_its_stack_or_itself(&Town::founded(&moto, "town").await).await;
}

#[tokio::test]
async fn tokens_of_a_pool_tell_who_is_calling() {
    let Some(moto) = Moto::start() else { return };
    an_id_token_tells_who_is_calling(&Town::founded(&moto, "id").await).await;
    with_an_access_token_cognito_is_asked_for_the_profile(&Town::founded(&moto, "access").await).await;
    a_token_of_another_client_or_pool_is_refused(&Town::founded(&moto, "others").await).await;
}

async fn a_user_is_added_listed_disabled_enabled_and_removed(town: &Town<'_>) {
    let ana = "ana@example.org";
    let (status, printed, told) = town.users(&["add", ana, "--name", "Ana", "--group", "editors"]).await;
    assert_eq!((status, told.as_str()), (Some(0), ""));
    assert!(printed.contains("mail"), "{printed}");
    let listed = town.told(&["list"]).await;
    let found = &listed["users"][0];
    assert_eq!((&found["email"], &found["name"], &found["enabled"]), (&json!(ana), &json!("Ana"), &json!(true)));
    assert_eq!(found["status"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(town.told(&["list", "--group", "editors"]).await, listed);

    assert_eq!(town.users(&["disable", ana]).await.0, Some(0));
    assert_eq!(town.told(&["list"]).await["users"][0]["enabled"], false);
    assert!(town.sign_in(ana, &town.client).await.is_none(), "a disabled user signed in");
    assert!(town.users(&["list"]).await.1.contains("DISABLED"));
    assert_eq!(town.users(&["enable", ana]).await.0, Some(0));
    assert!(town.sign_in(ana, &town.client).await.is_some());
    assert_eq!(town.users(&["remove", ana]).await.0, Some(0));
    assert_eq!(town.told(&["list"]).await, json!({ "users": [] }));
    assert_eq!(town.users(&["list"]).await.1, "There are no users.\n");
}

async fn a_password_is_read_and_never_shown(town: &Town<'_>) {
    let add = ["add", "ana@example.org", "--password", "--no-mail"];
    let (status, printed, told) = town.users_told(&format!("{PASSWORD}\n"), &add).await;
    assert_eq!(status, Some(0), "{told}");
    assert!(!printed.contains(PASSWORD) && !told.contains(PASSWORD));
    let request = town.cognito.initiate_auth().client_id(&town.client).auth_flow(AuthFlowType::UserPasswordAuth);
    let request = request.auth_parameters("USERNAME", "ana@example.org").auth_parameters("PASSWORD", PASSWORD);
    let challenge = request.send().await.unwrap().challenge_name.unwrap();
    assert_eq!(challenge.as_str(), "NEW_PASSWORD_REQUIRED", "it is only the first one");
    assert_eq!(town.users_told("\n", &["add", "bob@example.org", "--password"]).await.0, Some(2));
}

async fn more_users_than_one_page_are_listed(town: &Town<'_>) {
    for number in 0..70 {
        let email = format!("user{number:02}@example.org");
        town.cognito.admin_create_user().user_pool_id(&town.pool).username(email).send().await.unwrap();
    }
    assert_eq!(town.told(&["list"]).await["users"].as_array().unwrap().len(), 70);
}

async fn users_come_into_groups_and_out(town: &Town<'_>) {
    let ana = "ana@example.org";
    town.users(&["add", ana]).await;
    let editors = json!({ "groups": [{ "name": "editors", "description": "A claim in their tokens" }] });
    assert_eq!(town.told(&["groups", "list"]).await, editors);
    assert_eq!(town.told(&["groups", "list", ana]).await, json!({ "groups": [] }));
    assert_eq!(town.users(&["groups", "add", ana, "editors"]).await.0, Some(0));
    assert_eq!(town.told(&["groups", "list", ana]).await, editors);
    assert_eq!(town.users(&["groups", "remove", ana, "editors"]).await.0, Some(0));
    assert_eq!(town.told(&["groups", "list", ana]).await, json!({ "groups": [] }));
}

async fn what_cannot_be_done_is_told_in_a_sentence(town: &Town<'_>) {
    town.users(&["add", "ana@example.org"]).await;
    for (arguments, sentence) in [
        (&["add", "ana@example.org"][..], "ana@example.org is a user already"),
        (&["add", "bob@example.org", "--group", "kings"], "there is no group kings"),
        (&["disable", "bob@example.org"], "there is no user bob@example.org"),
        (&["remove", "bob@example.org"], "there is no user bob@example.org"),
        (&["groups", "add", "ana@example.org", "kings"], "there is no group kings"),
        (&["groups", "list", "bob@example.org"], "there is no user bob@example.org"),
        (&["list", "--group", "kings"], "there is no group kings"),
    ] {
        let (status, printed, told) = town.users(arguments).await;
        assert_eq!((status, printed.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(told.starts_with(&format!("sbf: {sentence}")), "{arguments:?}: {told}");
    }
    assert_eq!(town.told(&["list"]).await["users"].as_array().unwrap().len(), 1, "nobody was half added");
    for misused in [&["add", "ana"][..], &["add", "bob@example.org", "--no-mail"], &["groups"]] {
        assert_eq!(town.users(misused).await.0, Some(2), "{misused:?}");
    }
}

async fn a_pool_is_named_by_its_stack_or_itself(town: &Town<'_>) {
    town.moto.stack("elsewhere", &[("OidcIssuer", "https://login.example.org")]).await;
    let run = async |arguments: &[&str]| {
        let mut command = town.moto.command(&[&["users", "list"], arguments].concat(), Path::new("."));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(run(&["--user-pool", &town.pool]).await.0, Some(0));
    let (status, told) = run(&["--stack", "elsewhere"]).await;
    assert_eq!(status, Some(1));
    assert!(told.contains("elsewhere has no user pool") && told.contains("https://login.example.org"), "{told}");
    assert_eq!(run(&["--stack", "nowhere"]).await.0, Some(1));
    assert_eq!(run(&[]).await.0, Some(2));
    assert_eq!(run(&["--stack", "town", "--user-pool", "p"]).await.0, Some(2));
}

async fn an_id_token_tells_who_is_calling(town: &Town<'_>) {
    town.users(&["add", "ana@example.org", "--name", "Ana", "--group", "editors"]).await;
    let tokens = town.sign_in("ana@example.org", &town.client).await.unwrap();
    let ana = caller(&town.authoriser(), tokens.id_token().unwrap()).await.unwrap();
    // moto_server leaves the name out of it; Cognito does not.
    assert_eq!(ana.email.as_deref(), Some("ana@example.org"));
    assert_eq!(ana.groups, ["editors"]);
    assert_eq!(ana.token, None, "there is nothing left to ask");
    assert_eq!(town.told(&["list"]).await["users"][0]["subject"], ana.subject.as_str());
}

async fn with_an_access_token_cognito_is_asked_for_the_profile(town: &Town<'_>) {
    town.users(&["add", "ana@example.org", "--name", "Ana"]).await;
    let tokens = town.sign_in("ana@example.org", &town.client).await.unwrap();
    let ana = caller(&town.authoriser(), tokens.access_token().unwrap()).await.unwrap();
    assert_eq!((&ana.email, &ana.name), (&None, &None));
    let token = ana.token.clone().unwrap();
    let expected = Profile { email: Some("ana@example.org".to_owned()), name: Some("Ana".to_owned()) };
    let cognito = CognitoProfiles::new(town.cognito.clone());
    assert_eq!(cognito.profile(&ana.subject, &token).await.as_ref(), Some(&expected));
    assert_eq!(cognito.profile("mallory", &token).await, None, "somebody else's profile is not used");
    let forged = AccessToken { text: format!("{}x", token.text), ..token.clone() };
    assert_eq!(cognito.profile(&ana.subject, &forged).await, None);
    // Kept: it is there although Cognito would not tell it any more.
    let kept = CachedProfiles::new(cognito, epoch_millis);
    assert_eq!(kept.profile(&ana.subject, &token).await.as_ref(), Some(&expected));
    town.users(&["remove", "ana@example.org"]).await;
    assert_eq!(kept.profile(&ana.subject, &token).await.as_ref(), Some(&expected));
}

async fn a_token_of_another_client_or_pool_is_refused(town: &Town<'_>) {
    town.users(&["add", "ana@example.org"]).await;
    let other = client(&town.cognito, &town.pool).await;
    let tokens = town.sign_in("ana@example.org", &other).await.unwrap();
    for token in [tokens.id_token().unwrap(), tokens.access_token().unwrap()] {
        assert!(matches!(caller(&town.authoriser(), token).await, Err(Rejected::Invalid(_))));
    }
    let tokens = town.sign_in("ana@example.org", &town.client).await.unwrap();
    let address = format!("{}/{}/.well-known/jwks.json", town.moto.address, town.pool);
    let elsewhere = Authoriser::new(
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other",
        &town.client,
        Box::new(Keys(address)),
    );
    assert!(matches!(caller(&elsewhere, tokens.id_token().unwrap()).await, Err(Rejected::Invalid(_))));
}
