//! The `OpenAPI` document: routes, and what may come of each (IF-1).
//!
//! Handlers say what they take and what they answer when all goes well. What
//! may go wrong follows mostly from what an operation is, so that is said here
//! once for all of them.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, Content, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::problem;
use crate::server::Server;

/// Routes on their way to being served, or to being described.
///
/// Whoever serves needs no document: as values it takes megabytes, so that it
/// is made only when somebody asks for it.
pub(crate) enum Routes {
    /// The handlers.
    Served(Router<Server>),
    /// The document.
    Described(Box<OpenApiRouter<Server>>),
}

impl Routes {
    /// Starts with no routes to be served.
    pub(crate) fn served() -> Self {
        Self::Served(Router::new())
    }

    /// Starts with no routes to be described.
    pub(crate) fn described() -> Self {
        Self::Described(Box::new(OpenApiRouter::with_openapi(blank())))
    }

    /// Adds one operation, and what may come of it.
    pub(crate) fn on(self, routes: UtoipaMethodRouter<Server>, terms: &Terms) -> Self {
        let (schemas, mut paths, handlers) = routes;
        match self {
            Self::Served(served) => {
                // The macro describes one path at a time.
                let path = paths.paths.into_keys().next().unwrap_or_default();
                Self::Served(served.route(&path, handlers))
            }
            Self::Described(described) => {
                for (path, item) in &mut paths.paths {
                    for operation in operations(item) {
                        terms.write(path, operation);
                    }
                }
                Self::Described(Box::new(described.routes((schemas, paths, handlers))))
            }
        }
    }

    /// Adds the routes of another resource.
    pub(crate) fn and(self, more: fn(Self) -> Self) -> Self {
        more(self)
    }

    /// Returns the handlers.
    pub(crate) fn handlers(self) -> Router<Server> {
        match self {
            Self::Served(served) => served,
            Self::Described(described) => described.split_for_parts().0,
        }
    }

    /// Returns the document, which is empty unless the routes are described.
    pub(crate) fn document(self) -> OpenApi {
        match self {
            Self::Served(_) => blank(),
            Self::Described(described) => described.split_for_parts().1,
        }
    }
}

/// Who may ask for an operation, and what may come of it besides what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    tag: &'static str,
    schemes: &'static [&'static str],
    codes: BTreeSet<&'static str>,
    headers: Vec<(&'static str, &'static str)>,
    is_versioned: bool,
    needs_no_body: bool,
}

impl Terms {
    /// The operation is for anybody.
    pub(crate) fn anyone(tag: &'static str) -> Self {
        Self {
            tag,
            schemes: &[],
            codes: ["rate_limited", "busy"].into(),
            headers: Vec::new(),
            is_versioned: false,
            needs_no_body: false,
        }
        .or(&["store_unavailable"])
    }

    /// The operation is for whoever belongs to the team and has a right to it.
    pub(crate) fn team(tag: &'static str) -> Self {
        Self { schemes: &[COOKIE, BEARER], ..Self::anyone(tag) }.or(&[
            "unauthenticated",
            "sso_required",
            "device_required",
            "forbidden",
            "scope_missing",
            "not_found",
        ])
    }

    /// The operation is for people who are signed in.
    pub(crate) fn person(tag: &'static str) -> Self {
        Self { schemes: &[COOKIE], ..Self::anyone(tag) }.or(&["unauthenticated", "forbidden"])
    }

    /// The operation is for computers' agents.
    pub(crate) fn agent(tag: &'static str) -> Self {
        Self { schemes: &[AGENT], ..Self::anyone(tag) }.or(&["unauthenticated"])
    }

    /// The operation is for whoever asks to join, with the token of their own request.
    pub(crate) fn applicant(tag: &'static str) -> Self {
        Self { schemes: &[APPLICANT], ..Self::anyone(tag) }.or(&["unauthenticated", "not_found"])
    }

    /// The operation is for anybody who has a credential, of a team or not.
    pub(crate) fn known(tag: &'static str) -> Self {
        Self { schemes: &[COOKIE, BEARER], ..Self::anyone(tag) }.or(&["unauthenticated"])
    }

    /// The operation changes something.
    pub(crate) fn writes(self) -> Self {
        self.or(&["origin_mismatch"])
    }

    /// The operation takes a body.
    pub(crate) fn body(self) -> Self {
        self.or(&["malformed", "too_large", "media_type", "validation"])
    }

    /// The operation takes a body, but need not have one: nothing in it must be said.
    pub(crate) fn optional_body(self) -> Self {
        Self { needs_no_body: true, ..self.body() }
    }

    /// The operation has a query.
    pub(crate) fn query(self) -> Self {
        self.or(&["validation"])
    }

    /// The operation is done once for each `Idempotency-Key`.
    pub(crate) fn once(mut self) -> Self {
        self.headers.push(("Idempotency-Key", "Names the request: sent again it is done once."));
        self.or(&["validation", "idempotency_mismatch"])
    }

    /// The operation may be based on a version.
    pub(crate) fn guarded(mut self) -> Self {
        self.headers.push(("If-Match", "The quoted version that the change is based on, or `*`."));
        self.or(&["validation", "stale"])
    }

    /// The operation is a stream that can be resumed.
    pub(crate) fn resumable(mut self) -> Self {
        self.headers.push(("Last-Event-ID", "The last event that was seen, to go on after it."));
        self
    }

    /// The operation takes more of a file.
    pub(crate) fn appended(mut self) -> Self {
        self.headers.push(("Upload-Offset", "Where in the file the body begins."));
        self.headers.push(("Upload-Complete", "`?1` if the body is the rest of the file."));
        self
    }

    /// The operation answers with a file, or a range of it.
    pub(crate) fn ranged(mut self) -> Self {
        self.headers.push(("Range", "One range of bytes, `bytes=FROM-TO`."));
        self.headers.push(("If-Range", "The `ETag` of the file that the range is of."));
        self.headers.push(("If-None-Match", "The `ETag` of the file that one has."));
        Self { is_versioned: true, ..self }
    }

    /// The operation answers with an `ETag`.
    pub(crate) fn versioned(self) -> Self {
        Self { is_versioned: true, ..self }
    }

    /// The operation may be refused with these codes.
    pub(crate) fn or(mut self, codes: &[&'static str]) -> Self {
        self.codes.extend(codes);
        self
    }

    fn write(&self, path: &str, operation: &mut Operation) {
        operation.tags = Some(vec![self.tag.to_owned()]);
        operation.security = Some(match self.schemes {
            [] => vec![SecurityRequirement::default()],
            schemes => schemes.iter().map(|scheme| requirement(scheme)).collect(),
        });
        if let (true, Some(RefOr::T(body))) = (self.needs_no_body, &mut operation.request_body) {
            body.required = Some(Required::False);
        }
        let parameters = operation.parameters.get_or_insert_default();
        parameters.extend(in_path(path).map(RefOr::T));
        parameters.extend(self.headers.iter().map(|(name, text)| RefOr::T(in_header(name, text))));
        if self.is_versioned {
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response
                        .headers
                        .insert("ETag".to_owned(), header("The quoted version.").into());
                }
            }
        }
        let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for known in problem::CODES.iter().filter(|known| self.codes.contains(known.name)) {
            by_status.entry(known.status.as_u16()).or_default().push(known.name);
        }
        for (status, codes) in by_status {
            let response = refused(status, &codes);
            operation.responses.responses.insert(status.to_string(), response.into());
        }
    }
}

/// What every problem looks like; its facts stand beside these.
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "described, not made")]
struct ProblemShape {
    /// Names the problem: `/problems/<code>`, where a page explains it.
    #[schema(rename = "type")]
    kind: String,
    /// What the problem is, the same for every occurrence.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What happened this time, for people.
    detail: String,
    /// Names the problem, for programs.
    code: String,
    /// Everything that is wrong with the input, if it is the input.
    #[schema(required = false)]
    errors: Vec<ProblemAt>,
}

/// One thing that is wrong with the input.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, not made")]
struct ProblemAt {
    /// Where: a JSON pointer into the body, or `/` and the name of a parameter.
    pointer: String,
    /// The code of its own, or `validation`.
    code: String,
    /// What is wrong, for people.
    detail: String,
}

/// Returns every operation of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

fn refused(status: u16, codes: &[&str]) -> ResponseBuilder {
    let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let codes_schema = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .enum_values(Some(codes.to_vec()));
    let narrowed = ObjectBuilder::new().property("code", codes_schema);
    let schema = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(narrowed).build();
    let content = Content::new(Some(RefOr::T(Schema::AllOf(schema))));
    let text = format!("{}: `{}`", title.unwrap_or("Refused"), codes.join("`, `"));
    let response = ResponseBuilder::new().description(text).content(problem::MEDIA_TYPE, content);
    match status {
        429 | 503 => response.header("Retry-After", header("Seconds to wait.")),
        _ => response,
    }
}

fn header(text: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new().description(Some(text)).schema(Some(string())).build()
}

/// Returns the parameters of a path such as `/v1/teams/{team}`.
fn in_path(path: &str) -> impl Iterator<Item = Parameter> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        let text = match name {
            "team" => "The team's short name.",
            "token" => "The secret part of the guest's link.",
            "user" => "The user's id.",
            "version" => "The number of the version.",
            _ => "The thing's id.",
        };
        parameter(name, text, ParameterIn::Path, Required::True)
    })
}

fn in_header(name: &str, text: &str) -> Parameter {
    parameter(name, text, ParameterIn::Header, Required::False)
}

fn parameter(name: &str, text: &str, at: ParameterIn, required: Required) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(at).required(required);
    parameter.description(Some(text)).schema(Some(string())).build()
}

fn string() -> Schema {
    Schema::Object(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build())
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, [] as [&str; 0])
}

/// Returns a document without paths.
fn blank() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Guest access")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Invites people to connect to a team's computers for a while. Every problem's `type` \
             leads to a page that explains it.",
        ));
    let mut components = Components::new();
    let mut schemas = Vec::new();
    <ProblemShape as ToSchema>::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components
        .schemas
        .insert("Problem".to_owned(), <ProblemShape as utoipa::PartialSchema>::schema());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("guest")));
    components.security_schemes.insert(COOKIE.to_owned(), cookie.into());
    for (name, text) in [
        (BEARER, "An API key, `gk_…`."),
        (APPLICANT, "The token of one's own request to join, `jr_…`."),
        (AGENT, "A computer key, `ck_…`, or the token of a personal computer, `at_…`."),
    ] {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text));
        components
            .security_schemes
            .insert(name.to_owned(), SecurityScheme::Http(bearer.build()).into());
    }
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// A browser's session.
const COOKIE: &str = "cookie";

/// A program's key.
const BEARER: &str = "bearer";

/// The token of one's own request to join.
const APPLICANT: &str = "applicant";

/// An agent's secret.
const AGENT: &str = "agent";
