//! Query parameters that no operation knows are refused. A filter that is misspelt would else give everybody, and a script that
//! cancels what a filter finds would cancel all. What an operation knows is what the OpenAPI document says of it.

use super::problem::ApiError;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use std::collections::HashMap;
use std::sync::Arc;
use tradewind_nodes::issue::IssueCode;
use url::form_urlencoded;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

/// The names of the query parameters of each operation, by path and method.
#[derive(Debug, Default)]
pub struct Parameters(HashMap<(String, Method), Vec<String>>);

impl Parameters {
    /// What `document` says.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let mut known = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            for (method, operation) in operations {
                known.extend(operation.as_ref().map(|operation| ((path.clone(), method), names(operation))));
            }
        }
        Self(known)
    }

    /// The first parameter of `query` that the operation does not know, and those it knows. None for what is no operation.
    fn unknown(&self, path: &str, method: &Method, query: &str) -> Option<(String, &[String])> {
        let method = if method == Method::HEAD { Method::GET } else { method.clone() };
        let known = self.0.get(&(path.to_owned(), method))?;
        let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.iter().any(|known| known == name))?;
        Some((found.0.chars().take(80).collect(), known))
    }
}

fn names(operation: &Operation) -> Vec<String> {
    let all =
        operation.parameters.iter().flatten().filter_map(|parameter| if let RefOr::T(found) = parameter { Some(found) } else { None });
    all.filter(|parameter| matches!(parameter.parameter_in, ParameterIn::Query)).map(|parameter| parameter.name.clone()).collect()
}

/// Middleware: a request with a query parameter that its operation does not know is refused, and the parameter is named.
pub async fn only_known(State(parameters): State<Arc<Parameters>>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let Some((name, known)) = parameters.unknown(path, request.method(), query).filter(|_| !query.is_empty()) else {
        return next.run(request).await;
    };
    let remedy = if known.is_empty() { "this address takes none".to_owned() } else { format!("it takes {}", known.join(", ")) };
    ApiError::wrong(IssueCode::UnknownField, format!("?{name}"), format!("is no parameter of this address: {remedy}")).into_response()
}
