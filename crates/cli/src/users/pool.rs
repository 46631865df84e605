//! A Cognito user pool, as its operator sees it.

use anyhow::{Context as _, bail};
use aws_sdk_cognitoidentityprovider::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::admin_create_user::builders::AdminCreateUserFluentBuilder,
    primitives::DateTimeFormat,
    types::{AttributeType, DeliveryMediumType, GroupType, MessageActionType, UserType},
};
use serde::Serialize;

use crate::stack::{Account, Stack, said};

/// Whose users.
#[derive(Debug, clap::Args)]
pub(crate) struct Of {
    /// The stack whose user pool it is.
    #[arg(long, value_name = "NAME", required_unless_present = "user_pool")]
    stack: Option<String>,
    /// The user pool itself, by its id.
    #[arg(long, value_name = "ID", conflicts_with = "stack")]
    user_pool: Option<String>,
    #[command(flatten)]
    account: Account,
}

/// A user pool.
pub(super) struct Pool {
    client: Client,
    id: String,
}

/// A user.
#[derive(Debug, Clone, Serialize)]
pub(super) struct User {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) subject: String,
    /// As Cognito has it: FORCE_CHANGE_PASSWORD until the first sign-in, then CONFIRMED.
    pub(super) status: String,
    pub(super) enabled: bool,
    /// RFC 3339.
    pub(super) since: String,
}

/// A group.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: Option<String>,
}

impl Of {
    /// Finds the pool.
    pub(super) async fn pool(&self) -> anyhow::Result<Pool> {
        if let Some(id) = &self.user_pool {
            return Ok(Pool { client: Client::new(&self.account.sdk().await?), id: id.clone() });
        }
        let stack = Stack::find(self.stack.as_deref().unwrap_or_default(), &self.account).await?;
        let Some(id) = stack.optional("UserPoolId") else {
            bail!(
                "the stack {} has no user pool: people sign in at {}, and are added and removed there",
                stack.name,
                stack.output("OidcIssuer")?
            );
        };
        Ok(Pool { client: Client::new(&stack.sdk), id: id.to_owned() })
    }
}

impl Pool {
    pub(super) async fn add(
        &self,
        email: &str,
        name: Option<&str>,
        password: Option<&str>,
        mail: bool,
    ) -> anyhow::Result<()> {
        let request = self.client.admin_create_user().user_pool_id(&self.id).username(email);
        let request = with_attribute(request, "email", Some(email))?;
        // Who is added here was not asked; the mail goes there, and its password proves the address.
        let request = with_attribute(request, "email_verified", Some("true"))?;
        let request = with_attribute(request, "name", name)?.set_temporary_password(password.map(str::to_owned));
        let request = match mail {
            true => request.desired_delivery_mediums(DeliveryMediumType::Email),
            false => request.message_action(MessageActionType::Suppress),
        };
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("UsernameExistsException") => bail!("{email} is a user already"),
            Err(error) => Err(said(error)).with_context(|| format!("{email} cannot be added")),
        }
    }

    pub(super) async fn users(&self) -> anyhow::Result<Vec<User>> {
        let mut pages = self.client.list_users().user_pool_id(&self.id).into_paginator().send();
        let mut users = Vec::new();
        while let Some(page) = pages.next().await {
            users.extend(page.map_err(said).with_context(|| self.unread())?.users.unwrap_or_default());
        }
        Ok(users.iter().map(read).collect())
    }

    pub(super) async fn users_of(&self, group: &str) -> anyhow::Result<Vec<User>> {
        let request = self.client.list_users_in_group().user_pool_id(&self.id).group_name(group);
        let mut pages = request.into_paginator().send();
        let mut users = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| missing(error, &format!("there is no group {group}")))?;
            users.extend(page.users.unwrap_or_default());
        }
        Ok(users.iter().map(read).collect())
    }

    pub(super) async fn disable(&self, email: &str) -> anyhow::Result<()> {
        let disabled = self.client.admin_disable_user().user_pool_id(&self.id).username(email).send().await;
        disabled.map_err(|error| missing(error, &nobody(email)))?;
        // Else a refresh token would go on bringing new ones for days.
        let ended = self.client.admin_user_global_sign_out().user_pool_id(&self.id).username(email).send().await;
        ended.map(drop).map_err(said).with_context(|| format!("{email} is disabled, but was not signed out"))
    }

    pub(super) async fn enable(&self, email: &str) -> anyhow::Result<()> {
        let enabled = self.client.admin_enable_user().user_pool_id(&self.id).username(email).send().await;
        enabled.map(drop).map_err(|error| missing(error, &nobody(email)))
    }

    pub(super) async fn remove(&self, email: &str) -> anyhow::Result<()> {
        let removed = self.client.admin_delete_user().user_pool_id(&self.id).username(email).send().await;
        removed.map(drop).map_err(|error| missing(error, &nobody(email)))
    }

    pub(super) async fn groups(&self) -> anyhow::Result<Vec<Group>> {
        let mut pages = self.client.list_groups().user_pool_id(&self.id).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            groups.extend(page.map_err(said).with_context(|| self.unread())?.groups.unwrap_or_default());
        }
        Ok(named(groups))
    }

    pub(super) async fn groups_of(&self, email: &str) -> anyhow::Result<Vec<Group>> {
        let request = self.client.admin_list_groups_for_user().user_pool_id(&self.id).username(email);
        let mut pages = request.into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| missing(error, &nobody(email)))?;
            groups.extend(page.groups.unwrap_or_default());
        }
        Ok(named(groups))
    }

    /// Says which of these groups is not there.
    pub(super) async fn check_groups(&self, wanted: &[String]) -> anyhow::Result<()> {
        if wanted.is_empty() {
            return Ok(());
        }
        let there = self.groups().await?;
        match wanted.iter().find(|wanted| !there.iter().any(|group| group.name == **wanted)) {
            Some(missing) => bail!("there is no group {missing}"),
            None => Ok(()),
        }
    }

    pub(super) async fn put_in_group(&self, email: &str, group: &str) -> anyhow::Result<()> {
        let request = self.client.admin_add_user_to_group().user_pool_id(&self.id).username(email).group_name(group);
        request.send().await.map(drop).map_err(|error| no_member(error, email, group))
    }

    pub(super) async fn take_from_group(&self, email: &str, group: &str) -> anyhow::Result<()> {
        let client = &self.client;
        let request = client.admin_remove_user_from_group().user_pool_id(&self.id).username(email).group_name(group);
        request.send().await.map(drop).map_err(|error| no_member(error, email, group))
    }

    fn unread(&self) -> String {
        format!("the user pool {} cannot be read", self.id)
    }
}

fn with_attribute(
    request: AdminCreateUserFluentBuilder,
    name: &str,
    value: Option<&str>,
) -> anyhow::Result<AdminCreateUserFluentBuilder> {
    Ok(match value {
        Some(value) => request.user_attributes(AttributeType::builder().name(name).value(value).build()?),
        None => request,
    })
}

fn read(user: &UserType) -> User {
    let attribute = |name: &str| {
        let found = user.attributes().iter().find(|attribute| attribute.name() == name);
        found.and_then(|attribute| attribute.value()).map(str::to_owned)
    };
    let since = user.user_create_date().and_then(|date| date.fmt(DateTimeFormat::DateTime).ok());
    User {
        email: attribute("email").or_else(|| user.username().map(str::to_owned)).unwrap_or_default(),
        name: attribute("given_name").or_else(|| attribute("name")),
        subject: attribute("sub").unwrap_or_default(),
        status: user.user_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        enabled: user.enabled(),
        since: since.unwrap_or_default(),
    }
}

fn named(groups: Vec<GroupType>) -> Vec<Group> {
    let named = |group: GroupType| Some(Group { name: group.group_name?, description: group.description });
    let mut groups: Vec<Group> = groups.into_iter().filter_map(named).collect();
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

fn nobody(email: &str) -> String {
    format!("there is no user {email}")
}

/// What AWS said; in plainer words where what was named is not there.
fn missing<E>(error: SdkError<E>, sentence: &str) -> anyhow::Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error.code() {
        Some("UserNotFoundException") => anyhow::anyhow!("{sentence}"),
        // Of a pool or a group.
        Some("ResourceNotFoundException") => {
            let told = error.message().unwrap_or("not found").to_owned();
            anyhow::anyhow!("{sentence} ({told})")
        }
        _ => said(error),
    }
}

fn no_member<E>(error: SdkError<E>, email: &str, group: &str) -> anyhow::Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error.code() {
        Some("ResourceNotFoundException") => missing(error, &format!("there is no group {group}")),
        _ => missing(error, &nobody(email)),
    }
}
