//! The outside issuer whose tokens are believed beside ours.

use super::Reader;

/// What its settings are called.
pub const NAMES: [&str; 8] = [
    "oidc_issuer",
    "oidc_audience",
    "oidc_clients",
    "oidc_algorithms",
    "oidc_accounts",
    "oidc_first_sight",
    "oidc_roles_claim",
    "oidc_roles",
];

/// Algorithms that it can be told to sign with: anybody can verify what only the issuer can sign.
const ALGORITHMS: [&str; 9] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

/// An `OpenID` Connect issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// What it calls itself (`VITRINE_OIDC_ISSUER`).
    pub issuer: String,
    /// For whom its tokens have to be (`VITRINE_OIDC_AUDIENCE`).
    pub audience: String,
    /// The client apps that they may have been made for (`VITRINE_OIDC_CLIENTS`).
    pub clients: Vec<String>,
    /// What they may be signed with (`VITRINE_OIDC_ALGORITHMS`).
    pub algorithms: Vec<String>,
    /// Whether it vouches for the staff, not for customers (`VITRINE_OIDC_ACCOUNTS`).
    pub is_for_staff: bool,
    /// Whether accounts are made on first sight (`VITRINE_OIDC_FIRST_SIGHT`).
    pub makes_accounts: bool,
    /// The claim that lists roles (`VITRINE_OIDC_ROLES_CLAIM`).
    pub roles_claim: Option<String>,
    /// Which role an entry of it stands for (`VITRINE_OIDC_ROLES`).
    pub roles: Vec<(String, String)>,
}

/// Reads the settings; in production the issuer has to be asked by `https`.
pub(super) fn read(reader: &mut Reader, development: bool) -> Option<Oidc> {
    let told: Vec<&str> = NAMES.into_iter().filter(|name| reader.has(name)).collect();
    let Some(issuer) = reader.optional::<String>("oidc_issuer") else {
        if let Some(name) = told.first() {
            reader.refuse(name, &"it means nothing without oidc_issuer");
        }
        return None;
    };
    if !is_address(&issuer, development) {
        let scheme = if development { "https:// or http://" } else { "https://" };
        reader.refuse("oidc_issuer", &format!("it begins with {scheme}, and has no ?, # or @"));
    }
    let audience: String = reader.optional("oidc_audience").unwrap_or_default();
    if audience.is_empty() {
        reader.refuse("oidc_audience", &"tokens have to be for somebody: name the audience");
    }
    let accounts = reader.word("oidc_accounts", &["customers", "staff"]);
    if accounts.is_none() && !told.contains(&"oidc_accounts") {
        reader.refuse("oidc_accounts", &"it is customers or staff");
    }
    let oidc = Oidc {
        issuer,
        audience,
        clients: list(reader, "oidc_clients"),
        algorithms: algorithms(reader),
        is_for_staff: accounts == Some(1),
        makes_accounts: reader.switch("oidc_first_sight", false),
        roles_claim: reader.optional("oidc_roles_claim"),
        roles: roles(reader),
    };
    if oidc.roles_claim.is_some() == oidc.roles.is_empty() {
        reader.refuse("oidc_roles", &"oidc_roles_claim and oidc_roles need each other");
    }
    if !oidc.roles.is_empty() && !oidc.is_for_staff {
        reader.refuse("oidc_roles", &"customers have no roles");
    }
    if oidc.is_for_staff && oidc.makes_accounts && oidc.roles.is_empty() {
        reader.refuse(
            "oidc_first_sight",
            &"of the staff only who brings a role gets an account: set oidc_roles",
        );
    }
    Some(oidc)
}

fn is_address(text: &str, development: bool) -> bool {
    let rest = text.strip_prefix("https://");
    let rest = rest.or_else(|| text.strip_prefix("http://").filter(|_| development));
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "?#@\\".contains(c);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(is_odd))
}

fn list(reader: &mut Reader, name: &str) -> Vec<String> {
    let text: String = reader.optional(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(ToOwned::to_owned).collect()
}

fn algorithms(reader: &mut Reader) -> Vec<String> {
    let named = list(reader, "oidc_algorithms");
    if named.is_empty() {
        return vec!["RS256".to_owned()];
    }
    if let Some(unfit) = named.iter().find(|name| !ALGORITHMS.contains(&name.as_str())) {
        reader
            .refuse("oidc_algorithms", &format!("there is no {unfit}; there are {}", ALGORITHMS.join(", ")));
    }
    named
}

/// `ENTRY=ROLE` with commas between them.
fn roles(reader: &mut Reader) -> Vec<(String, String)> {
    let mut roles = Vec::new();
    for pair in list(reader, "oidc_roles") {
        match pair.rsplit_once('=') {
            Some((entry, role)) if !entry.trim().is_empty() && !role.trim().is_empty() => {
                roles.push((entry.trim().to_owned(), role.trim().to_owned()));
            }
            _ => reader.refuse("oidc_roles", &format!("{pair} is not ENTRY=ROLE")),
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::super::{Config, tests::settings};

    const FINE: [(&str, &str); 3] = [
        ("oidc_issuer", "https://id.example/realms/shop"),
        ("oidc_audience", "vitrine"),
        ("oidc_accounts", "staff"),
    ];

    fn problems(more: &[(&str, &str)]) -> Vec<String> {
        let all: Vec<_> = FINE.iter().chain(more).copied().collect();
        Config::of(settings(&all), None, Vec::new()).err().unwrap_or_default()
    }

    #[test]
    fn an_issuer_is_asked_by_https_and_signs_with_keys_that_only_it_has() {
        assert_eq!(problems(&[]), [""; 0]);
        let config = Config::of(settings(&FINE), None, Vec::new()).expect("fine");
        let oidc = config.oidc.expect("set");
        assert_eq!((oidc.algorithms, oidc.makes_accounts), (vec!["RS256".to_owned()], false));
        for issuer in
            ["http://id.example", "id.example", "https://", "https://a@b", "https://a/?b", "ftp://a"]
        {
            assert_eq!(problems(&[("oidc_issuer", issuer)]).len(), 1, "{issuer}");
        }
        assert_eq!(problems(&[("oidc_issuer", "http://127.0.0.1:9"), ("profile", "development")]), [""; 0]);
        for algorithm in ["none", "HS256", "RS256,HS256", "rs256"] {
            assert_eq!(problems(&[("oidc_algorithms", algorithm)]).len(), 1, "{algorithm}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for more in [
            &[("oidc_audience", "")][..],
            &[("oidc_accounts", "everybody")],
            &[("oidc_roles", "admin=owner")],
            &[("oidc_roles_claim", "roles")],
            &[("oidc_roles", "admin"), ("oidc_roles_claim", "roles")],
            &[("oidc_first_sight", "on")],
            &[("oidc_roles", "a=b"), ("oidc_roles_claim", "roles"), ("oidc_accounts", "customers")],
        ] {
            assert!(!problems(more).is_empty(), "{more:?}");
        }
        let alone = Config::of(settings(&[("oidc_audience", "vitrine")]), None, Vec::new()).unwrap_err();
        assert!(alone[0].contains("without oidc_issuer"), "{alone:?}");
    }
}
