//! A team with one of everything, for pages to show.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::place::{ALL, COMPUTERS, INVITES, Place};
use crate::product::{Client, Product, from_now, within};

/// Who looks at pages.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Persona {
    Owner,
    Administrator,
    Coordinator,
    Member,
    External,
    /// Somebody from outside the team who was invited.
    Guest,
    /// Somebody who is not signed in.
    Stranger,
}

impl Persona {
    /// Returns the address they sign in with; strangers have none.
    pub(crate) const fn email(self) -> Option<&'static str> {
        match self {
            Self::Owner => Some("ada@acme.example"),
            Self::Administrator => Some("alex@acme.example"),
            Self::Coordinator => Some("cory@acme.example"),
            Self::Member => Some("mia@acme.example"),
            Self::External => Some("eve@acme.example"),
            Self::Guest => Some("sam@example.net"),
            Self::Stranger => None,
        }
    }

    /// Returns what they are called in the names of pictures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Coordinator => "coordinator",
            Self::Member => "member",
            Self::External => "external",
            Self::Guest => "guest",
            Self::Stranger => "stranger",
        }
    }
}

/// Adds everybody to the team who is not in it yet.
pub(crate) fn people(product: &Product) {
    let add = |email: &str, name: &str, more: &[&str]| {
        product
            .cli(&[&["user", "add", "--email", email, "--name", name, "--profile"], more].concat());
    };
    add("alex@acme.example", "Alex", &["administrator"]);
    add("cory@acme.example", "Cory", &["member", "--coordinator"]);
    add("mia@acme.example", "Mia", &["member"]);
    add("eve@acme.example", "Eve", &["external"]);
}

/// The team, and what its things are called.
pub(crate) struct Scene {
    /// At the computer's screen.
    _lin: Browser,
    pub(crate) place: Place,
    /// Ids and addresses by the names that [`Scene::fill`] knows them by.
    names: BTreeMap<&'static str, String>,
}

impl Scene {
    /// Makes it.
    pub(crate) fn start() -> Self {
        let place = Place::start(&["--test-card"]);
        people(&place.product);
        let lin = place.invite(ALL);
        let browser = Browser::start();
        browser.enter(&place, &lin);
        browser.connect();
        let mut scene = Self { _lin: browser, place, names: BTreeMap::new() };
        scene.name("lab", scene.place.computer.clone());
        scene.invites();
        scene.offices();
        scene
    }

    /// Puts ids and addresses in the place of their names, as in `/t/acme/invites/{ready}`.
    #[track_caller]
    pub(crate) fn fill(&self, text: &str) -> String {
        let filled = self.names.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        });
        assert!(!filled.contains('{'), "nothing is called like this: {filled}");
        filled
    }

    /// Makes invites in each state that a page has words for.
    fn invites(&mut self) {
        let lab = self.place.computer.clone();
        let (shut, _) = self.place.product.computer("shut");
        let (away, _) = self.place.product.computer("away");
        let guest = self.place.product.sign_in(Persona::Guest.email().unwrap());
        let all = self.place.owner.get(&format!("{INVITES}?limit=1")).ok();
        self.name("connected", text(&all["data"][0]["id"]));
        self.name("connected-link", path_of(&self.link("connected")));

        self.invite("ready", &lab, -60, 3600);
        let wish =
            json!({ "minutes": 45, "note": "The second part takes longer than we thought." });
        let token = self.link("ready").rsplit('/').next().unwrap().to_owned();
        guest.post(&format!("/v1/guest-links/{token}/request-time"), &wish).ok();
        self.invite("waiting", &lab, 3 * 3600, 5 * 3600);
        self.invite("over", &lab, -60, 2);
        self.invite("shut", &shut, -60, 3600);
        let on = json!({ "guest_access": false });
        self.place.owner.call("PATCH", &format!("{COMPUTERS}/{shut}"), Some(&on), &[]).ok();
        self.invite("away", &away, -60, 3600);
        self.invite("kept-out", &lab, -60, 3600);
        self.order("DELETE", "kept-out", "/guest?keep_out=true");
        self.invite("revoked", &lab, -60, 3600);
        self.order("DELETE", "revoked", "");
        self.name("dead-link", path_of(&self.link("waiting")));
        self.order("POST", "waiting", "/new-link");
        self.name("waiting-link", path_of(&self.link("waiting")));
        let is_over = || self.show("over")["phase"] == "expired";
        assert!(within(20, is_over), "{}", self.show("over"));
        self.name("away-computer", away);
        self.name("shut-computer", shut);
    }

    /// Makes groups, orders, and computers that have not been here yet.
    fn offices(&mut self) {
        let owner = self.place.owner.clone();
        let users = owner.get("/v1/teams/acme/users").ok();
        let mut users = users["data"].as_array().unwrap().iter();
        let mia = users.find(|user| user["email"] == Persona::Member.email().unwrap()).unwrap();
        let mia = text(&mia["id"]);
        let group = |name: &str, coordinator: bool| {
            let group = json!({ "name": name, "coordinator": coordinator });
            text(&owner.post("/v1/teams/acme/groups", &group).ok()["id"])
        };
        let (studio, hosts) = (group("studio", false), group("hosts", true));
        let member = format!("/v1/teams/acme/groups/{studio}/members/{mia}");
        owner.call("PUT", &member, None, &[]).ok();
        for quantity in [1, 10, 7] {
            let quote = json!({ "quantity": quantity });
            let quote = owner.post("/v1/teams/acme/credits/quotes", &quote).ok();
            let order = json!({ "quote_id": quote["id"] });
            let order = owner.post("/v1/teams/acme/credits/orders", &order).ok();
            self.name("order", text(&order["id"]));
        }
        let own = json!({ "name": "adas-own", "provision": "personal" });
        let made = self.place.product.sign_in(Persona::Owner.email().unwrap());
        let made = made.post(COMPUTERS, &own).ok();
        self.name("own", text(&made["id"]));
        let first =
            |path: &str| text(&owner.get(&format!("/v1/teams/acme/{path}")).ok()["data"][0]["id"]);
        let (api_key, computer_key) = (first("api-keys"), first("computer-keys"));
        let made = |path: &str, body: &Value| {
            text(&owner.post(&format!("/v1/teams/acme/{path}"), body).ok()["id"])
        };
        let workspace = made("workspaces", &json!({ "name": "Usability study" }));
        owner
            .post("/v1/teams/acme/member-invites", &json!({ "emails": ["noa@acme.example"] }))
            .ok();
        let invitation = first("member-invites");
        for (name, id) in [
            ("mia", mia),
            ("studio", studio),
            ("hosts", hosts),
            ("api-key", api_key),
            ("computer-key", computer_key),
            ("workspace", workspace),
            ("invitation", invitation),
        ] {
            self.name(name, id);
        }
    }

    /// Invites the guest, for a window that starts and ends so many seconds from now.
    fn invite(&mut self, name: &'static str, computer: &str, start: i64, end: i64) {
        let body = json!({
            "computer_id": computer,
            "emails": [Persona::Guest.email()],
            "window": from_now(start, end),
            "permissions": ["keyboard", "mouse", "copy"],
            "title": TITLE,
            "message": "We look forward to it.\nThe study takes an hour.",
        });
        let made = self.place.owner.post(INVITES, &body).ok();
        let made = &made["invites"][0];
        self.name(name, text(&made["id"]));
        let link = path_of(&text(&made["link"]));
        let known = LINKS.iter().find(|(invite, _)| *invite == name);
        if let Some((_, link_name)) = known {
            self.name(link_name, link);
        }
    }

    fn show(&self, name: &str) -> Value {
        self.place.owner.get(&format!("{INVITES}/{}", self.names[name])).ok()
    }

    fn link(&self, name: &str) -> String {
        text(&self.show(name)["link"])
    }

    fn order(&self, method: &str, name: &str, rest: &str) {
        let owner: &Client = &self.place.owner;
        owner.call(method, &format!("{INVITES}/{}{rest}", self.names[name]), None, &[]).ok();
    }

    fn name(&mut self, name: &'static str, value: String) {
        self.names.insert(name, value);
    }
}

#[track_caller]
fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Returns where on the server an address leads.
fn path_of(address: &str) -> String {
    let path = address.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    path.unwrap().to_owned()
}

const TITLE: &str = "Usability study";

/// What the links of invites are called.
const LINKS: &[(&str, &str)] = &[
    ("ready", "ready-link"),
    ("over", "over-link"),
    ("shut", "shut-link"),
    ("away", "away-link"),
    ("kept-out", "kept-out-link"),
    ("revoked", "revoked-link"),
];
