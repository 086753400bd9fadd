//! Inviting staff, giving roles, shutting out.

use async_graphql::{Context, ID, InputObject, Object};
use entity::id::{AccountId, Id, RoleId};

use super::types::{Role, StaffMember};
use crate::graphql::access::Needs;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Nullable;
use crate::graphql::id;
use crate::graphql::payload::{change, payload};
use crate::services::identity::roles::{self, RoleInput};
use crate::services::identity::staff::{self, Invitation};
use crate::services::{Permission, Problems, Reason, Result};

/// Roles that one person is given at most at a time.
const MOST_ROLES: usize = 50;

/// Inviting staff, giving roles, shutting out.
#[derive(Default)]
pub struct StaffMutation;

/// Who is to be invited to the staff.
#[derive(InputObject)]
pub struct StaffInviteInput {
    /// The e-mail address that the invitation goes to.
    email: String,
    /// The name, at most 200 characters.
    name: Option<String>,
    /// The ids of the roles. They may hold no right that you do not have yourself.
    roles: Vec<ID>,
}

/// Which roles somebody is to have.
#[derive(InputObject)]
pub struct StaffRolesSetInput {
    /// Whose: the id of somebody of the staff.
    id: ID,
    /// The ids of all roles from now on. They may hold no right that you do not have yourself.
    roles: Vec<ID>,
}

/// Who is to be shut out.
#[derive(InputObject)]
pub struct StaffDeactivateInput {
    /// The id of somebody of the staff.
    id: ID,
}

/// A new role.
#[derive(InputObject)]
pub struct RoleCreateInput {
    /// Its slug: 1 to 64 of a-z, 0-9 and -.
    handle: String,
    /// Its name, at most 200 characters.
    name: String,
    /// What it allows, as words such as `products.write`; none that you do not have yourself.
    permissions: Vec<String>,
}

/// What is to be changed of a role. What is absent stays as it is.
#[derive(InputObject)]
pub struct RoleUpdateInput {
    /// The role's id.
    id: ID,
    /// Its slug: 1 to 64 of a-z, 0-9 and -.
    handle: Option<String>,
    /// Its name, at most 200 characters.
    name: Option<String>,
    /// All that it allows from now on, as words such as `products.write`; none that you do not have yourself.
    permissions: Option<Vec<String>>,
}

/// Which role is to go.
#[derive(InputObject)]
pub struct RoleDeleteInput {
    /// The role's id.
    id: ID,
}

payload! {
    /// What became of somebody of the staff.
    StaffPayload {
        /// The one as they are now.
        staff_member: StaffMember,
    }

    /// What became of a role.
    RolePayload {
        /// The role as it is now.
        role: Role,
    }

    /// What became of a role that was to go.
    RoleDeletePayload {
        /// The id of the role that is gone.
        deleted_id: ID,
    }
}

#[Object]
impl StaffMutation {
    /// Invites somebody to the staff by a mail that is good for a week; again, if the first one was not answered, or if
    /// they were shut out.
    #[graphql(directive = Needs::apply(Permission::StaffWrite))]
    async fn staff_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: StaffInviteInput,
    ) -> Nullable<StaffPayload> {
        change(ctx, async {
            let StaffInviteInput { email, name, roles } = input;
            let language = ctx.scope().locale.language.clone();
            let wish = Invitation { email, name, roles: read_roles(&roles)?, language };
            let (member, _) = staff::invite(ctx.app(), ctx.viewer(), wish).await?;
            Ok(told(member))
        })
        .await
    }

    /// Gives somebody of the staff these roles in place of those before. It counts from the next request on.
    #[graphql(directive = Needs::apply(Permission::StaffWrite))]
    async fn staff_roles_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and which roles.")] input: StaffRolesSetInput,
    ) -> Nullable<StaffPayload> {
        change(ctx, async {
            let (who, roles) = (somebody(&input.id)?, read_roles(&input.roles)?);
            Ok(told(staff::set_roles(ctx.app(), ctx.viewer(), who, &roles).await?))
        })
        .await
    }

    /// Shuts somebody of the staff out: all their devices are signed out at once.
    #[graphql(directive = Needs::apply(Permission::StaffWrite))]
    async fn staff_deactivate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: StaffDeactivateInput,
    ) -> Nullable<StaffPayload> {
        change(ctx, async {
            Ok(told(staff::deactivate(ctx.app(), ctx.viewer(), somebody(&input.id)?).await?))
        })
        .await
    }

    /// Makes a role.
    #[graphql(directive = Needs::apply(Permission::RolesWrite))]
    async fn role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: RoleCreateInput,
    ) -> Nullable<RolePayload> {
        change(ctx, async {
            let RoleCreateInput { handle, name, permissions } = input;
            let wish = RoleInput { handle: Some(handle), name: Some(name), permissions: Some(permissions) };
            let role = roles::create(ctx.app(), ctx.viewer(), wish).await?;
            Ok(RolePayload { role: Some(Role(role)), ..RolePayload::default() })
        })
        .await
    }

    /// Changes a role. Who has it has the new rights from the next request on.
    #[graphql(directive = Needs::apply(Permission::RolesWrite))]
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RoleUpdateInput,
    ) -> Nullable<RolePayload> {
        change(ctx, async {
            let RoleUpdateInput { id, handle, name, permissions } = input;
            let wish = RoleInput { handle, name, permissions };
            let role = roles::update(ctx.app(), ctx.viewer(), role(&id)?, wish).await?;
            Ok(RolePayload { role: Some(Role(role)), ..RolePayload::default() })
        })
        .await
    }

    /// Deletes a role that nobody has.
    #[graphql(directive = Needs::apply(Permission::RolesWrite))]
    async fn role_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which role.")] input: RoleDeleteInput,
    ) -> Nullable<RoleDeletePayload> {
        change(ctx, async {
            roles::delete(ctx.app(), ctx.viewer(), role(&input.id)?).await?;
            Ok(RoleDeletePayload { deleted_id: Some(input.id), ..RoleDeletePayload::default() })
        })
        .await
    }
}

fn told(member: staff::StaffMember) -> StaffPayload {
    StaffPayload { staff_member: Some(StaffMember::of(member)), ..StaffPayload::default() }
}

fn somebody(id: &ID) -> Result<AccountId> {
    found(id, "there is nobody like that on the staff")
}

fn role(id: &ID) -> Result<RoleId> {
    found(id, "there is no such role")
}

fn found<I: Id>(id: &ID, message: &str) -> Result<I> {
    id::read(id).ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], message))
}

/// Ids of roles; those that are none of roles are told of.
fn read_roles(ids: &[ID]) -> Result<Vec<RoleId>> {
    let mut problems = Problems::default();
    if ids.len() > MOST_ROLES {
        problems.add(Reason::Invalid, &[&"roles"], format!("at most {MOST_ROLES} roles"));
        problems.clone().none()?;
    }
    let mut roles = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        match id::read(id) {
            Some(role) => roles.push(role),
            None => problems.add(Reason::NotFound, &[&"roles", &index], "there is no such role"),
        }
    }
    problems.none()?;
    Ok(roles)
}
