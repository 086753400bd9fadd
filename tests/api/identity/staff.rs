//! The staff: invitations, roles, and who may take whose rights away.

use entity::id::{AccountId, RoleId};
use vitrine::services::identity::roles::{self, Role, RoleInput};
use vitrine::services::identity::staff::{Invitation, accept, deactivate, invite, set_roles, staff};
use vitrine::services::identity::{AccountKind, authenticate, devices, refresh};
use vitrine::services::{Permission, Permissions, Reason, Viewer};

use super::{PASSWORD, code, enter, is_signed_in, mails, problem, problems, staff_member, staff_with};
use crate::harness::{TestShop, on_each_engine};

on_each_engine! {
    empty: somebody_is_invited_accepts_and_signs_in, nobody_grants_what_they_do_not_have,
        the_last_owner_stays, two_owners_do_not_shut_each_other_out, who_is_deactivated_is_out_at_once,
        rights_follow_their_roles_at_once, roles_are_made_changed_and_deleted, an_invitation_can_be_sent_again;
}

fn invitation(email: &str, roles: &[RoleId]) -> Invitation {
    Invitation { email: email.to_owned(), name: None, roles: roles.to_vec(), language: "de".to_owned() }
}

async fn role(shop: &TestShop, handle: &str, permissions: &[&str]) -> Role {
    let input = RoleInput {
        handle: Some(handle.to_owned()),
        name: Some(handle.to_owned()),
        permissions: Some(permissions.iter().map(|word| (*word).to_owned()).collect()),
    };
    roles::create(&shop.app, &Viewer::Operator, input).await.unwrap()
}

async fn owner_role(shop: &TestShop) -> RoleId {
    roles::roles(&shop.app).await.unwrap().into_iter().find(|role| role.is_owner).unwrap().id
}

async fn somebody_is_invited_accepts_and_signs_in(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    assert_eq!(owner.permissions(), Permissions::all());
    let clerk = role(&shop, "clerk", &["stock.write", "products.read"]).await;
    let (member, _) = invite(&shop.app, &owner, invitation("Eve@Example.com", &[clerk.id])).await.unwrap();
    assert_eq!((member.account.verified_at, member.roles.len()), (None, 1));
    assert!(mails(&shop)[0].subject.starts_with("Einladung"));
    assert!(enter(&shop, AccountKind::Staff, "eve@example.com", PASSWORD).await.is_err());

    let code = code(&shop, "Eve@example.com");
    assert_eq!(problem(accept(&shop.app, &code, "eve@example.com", None).await).1, "password");
    accept(&shop.app, &code, PASSWORD, Some("Eve")).await.unwrap();
    assert_eq!(problem(accept(&shop.app, &code, PASSWORD, None).await), (Reason::Expired, "code".to_owned()));
    let tokens = enter(&shop, AccountKind::Staff, "eve@example.com", PASSWORD).await.unwrap();
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    assert_eq!(viewer.permissions(), clerk.permissions);
    let all = staff(&shop.app).await.unwrap();
    assert_eq!((all.len(), all[0].account.name.as_str()), (2, "Eve"));

    let taken = invite(&shop.app, &owner, invitation("eve@example.com", &[])).await;
    assert_eq!(problem(taken), (Reason::Taken, "email".to_owned()));
    let wrong = invite(&shop.app, &owner, invitation("nonsense", &[RoleId::generate()])).await;
    let places: Vec<String> = problems(wrong).into_iter().map(|problem| problem.path.join(".")).collect();
    assert_eq!(places, ["email", "roles.0"]);
}

async fn nobody_grants_what_they_do_not_have(shop: TestShop) {
    let (owned, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let (strong, weak) =
        (role(&shop, "strong", &["stock.write"]).await, role(&shop, "weak", &["products.read"]).await);
    let few =
        [Permission::StaffWrite, Permission::RolesWrite, Permission::ProductsRead].into_iter().collect();
    let clerk = staff_with(owner, few);
    let owners = owner_role(&shop).await;
    for role in [owners, strong.id] {
        let refused = invite(&shop.app, &clerk, invitation("x@example.com", &[weak.id, role])).await;
        assert_eq!(problem(refused), (Reason::NotYours, "roles.1".to_owned()));
    }
    let (member, _) = invite(&shop.app, &clerk, invitation("x@example.com", &[weak.id])).await.unwrap();
    let more = set_roles(&shop.app, &clerk, member.account.id, &[strong.id]).await;
    assert_eq!(problem(more), (Reason::NotYours, "roles.0".to_owned()));
    // Nor does anybody take away what they do not have.
    assert_eq!(
        problem(set_roles(&shop.app, &clerk, owned.account, &[]).await),
        (Reason::NotYours, "id".to_owned())
    );
    assert_eq!(
        problem(deactivate(&shop.app, &clerk, owned.account).await),
        (Reason::NotYours, "id".to_owned())
    );
    let input = |words: &[&str]| RoleInput {
        handle: Some("new".to_owned()),
        name: Some("New".to_owned()),
        permissions: Some(words.iter().map(|word| (*word).to_owned()).collect()),
    };
    let new = roles::create(&shop.app, &clerk, input(&["products.read", "stock.write"])).await;
    assert_eq!(problem(new), (Reason::NotYours, "permissions.1".to_owned()));
    let change = roles::update(&shop.app, &clerk, weak.id, input(&["prices.write"])).await;
    assert_eq!(problem(change), (Reason::NotYours, "permissions.0".to_owned()));
    let lower = roles::update(&shop.app, &clerk, strong.id, input(&[])).await;
    assert_eq!(problem(lower), (Reason::NotYours, "id".to_owned()));
    assert_eq!(
        problem(roles::delete(&shop.app, &clerk, strong.id).await),
        (Reason::NotYours, "id".to_owned())
    );
}

async fn the_last_owner_stays(shop: TestShop) {
    let (tokens, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let last = (Reason::InUse, "id".to_owned());
    assert_eq!(problem(deactivate(&shop.app, &owner, tokens.account).await), last);
    assert_eq!(problem(set_roles(&shop.app, &owner, tokens.account, &[]).await), last);
    // An owner who has not accepted yet is none.
    invite(&shop.app, &owner, invitation("second@example.com", &[owner_role(&shop).await])).await.unwrap();
    assert_eq!(problem(deactivate(&shop.app, &owner, tokens.account).await), last);
    accept(&shop.app, &code(&shop, "second@example.com"), PASSWORD, None).await.unwrap();
    deactivate(&shop.app, &owner, tokens.account).await.unwrap();
}

async fn two_owners_do_not_shut_each_other_out(shop: TestShop) {
    let (one, first) = staff_member(&shop, "one@example.com", "owner").await;
    let (two, second) = staff_member(&shop, "two@example.com", "owner").await;
    let (a, b) = tokio::join!(
        deactivate(&shop.app, &first, two.account),
        deactivate(&shop.app, &second, one.account),
    );
    assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|done| **done).count(), 1, "{a:?} {b:?}");
    assert_eq!(shop.number("SELECT count(*) FROM account WHERE deactivated_at IS NULL").await, 1);
}

async fn who_is_deactivated_is_out_at_once(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let (tokens, member) = staff_member(&shop, "eve@example.com", "owner").await;
    assert!(is_signed_in(&shop, &tokens).await);
    let shown = deactivate(&shop.app, &owner, tokens.account).await.unwrap();
    assert!(shown.account.deactivated_at.is_some());
    assert!(!is_signed_in(&shop, &tokens).await);
    assert_eq!(problem(refresh(&shop.app, &tokens.refresh_token).await).0, Reason::Expired);
    let entered = enter(&shop, AccountKind::Staff, "eve@example.com", PASSWORD).await;
    assert_eq!(problem(entered).0, Reason::WrongCredentials);
    assert!(devices(&shop.app, &member).await.unwrap().is_empty());
    let nobody = deactivate(&shop.app, &owner, AccountId::generate()).await;
    assert_eq!(problem(nobody), (Reason::NotFound, "id".to_owned()));
}

async fn rights_follow_their_roles_at_once(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let (clerk, other) =
        (role(&shop, "clerk", &["stock.write"]).await, role(&shop, "other", &["prices.read"]).await);
    let (tokens, viewer) = staff_member(&shop, "eve@example.com", "clerk").await;
    assert_eq!(viewer.permissions(), clerk.permissions);
    set_roles(&shop.app, &owner, tokens.account, &[clerk.id, other.id]).await.unwrap();
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    assert!(viewer.may(Permission::StockWrite) && viewer.may(Permission::PricesRead));
    let less = RoleInput { permissions: Some(Vec::new()), ..RoleInput::default() };
    roles::update(&shop.app, &owner, clerk.id, less).await.unwrap();
    let viewer = authenticate(&shop.app, &tokens.access_token).await.unwrap();
    assert!(!viewer.may(Permission::StockWrite) && viewer.may(Permission::PricesRead));
}

async fn roles_are_made_changed_and_deleted(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let clerk = role(&shop, "clerk", &["stock.write"]).await;
    let wrong = RoleInput { handle: Some("Clerk!".to_owned()), ..RoleInput::default() };
    let places: Vec<String> =
        problems(roles::create(&shop.app, &owner, wrong).await).iter().map(|it| it.path.join(".")).collect();
    assert_eq!(places, ["handle", "name"]);
    let same = RoleInput { handle: Some("clerk".to_owned()), name: Some("X".to_owned()), permissions: None };
    assert_eq!(problem(roles::create(&shop.app, &owner, same).await), (Reason::Taken, "handle".to_owned()));
    let renamed = RoleInput { name: Some("Clerks".to_owned()), ..RoleInput::default() };
    let changed = roles::update(&shop.app, &owner, clerk.id, renamed).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.permissions), ("Clerks", clerk.permissions));
    let owners = owner_role(&shop).await;
    assert_eq!(problem(roles::delete(&shop.app, &owner, owners).await), (Reason::Invalid, "id".to_owned()));
    let taken = RoleInput { handle: Some("owner".to_owned()), ..RoleInput::default() };
    assert_eq!(problem(roles::update(&shop.app, &owner, clerk.id, taken).await).0, Reason::Taken);

    let (member, _) = staff_member(&shop, "eve@example.com", "clerk").await;
    assert_eq!(problem(roles::delete(&shop.app, &owner, clerk.id).await), (Reason::InUse, "id".to_owned()));
    set_roles(&shop.app, &owner, member.account, &[]).await.unwrap();
    roles::delete(&shop.app, &owner, clerk.id).await.unwrap();
    assert_eq!(
        problem(roles::delete(&shop.app, &owner, clerk.id).await),
        (Reason::NotFound, "id".to_owned())
    );
}

async fn an_invitation_can_be_sent_again(shop: TestShop) {
    let (_, owner) = staff_member(&shop, "owner@example.com", "owner").await;
    let owners = owner_role(&shop).await;
    invite(&shop.app, &owner, invitation("eve@example.com", &[owners])).await.unwrap();
    invite(&shop.app, &owner, invitation("eve@example.com", &[owners])).await.unwrap();
    accept(&shop.app, &code(&shop, "eve@example.com"), PASSWORD, None).await.unwrap();
    let tokens = enter(&shop, AccountKind::Staff, "eve@example.com", PASSWORD).await.unwrap();
    deactivate(&shop.app, &owner, tokens.account).await.unwrap();
    // Who was shut out comes back by an invitation only, with another password and no old device.
    invite(&shop.app, &owner, invitation("eve@example.com", &[])).await.unwrap();
    assert!(enter(&shop, AccountKind::Staff, "eve@example.com", PASSWORD).await.is_err());
    accept(&shop.app, &code(&shop, "eve@example.com"), "another horse", None).await.unwrap();
    assert!(!is_signed_in(&shop, &tokens).await);
    let again = enter(&shop, AccountKind::Staff, "eve@example.com", "another horse").await.unwrap();
    let viewer = authenticate(&shop.app, &again.access_token).await.unwrap();
    assert_eq!(viewer.permissions(), Permissions::NONE);
}
