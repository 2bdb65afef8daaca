//! From a name to addresses and tokens.

use super::{Environment, Layer, NetworkError, ProjectFile, PublicNetwork};
use std::fmt;
use std::path::PathBuf;
use url::Url;
use zeroize::Zeroizing;

/// The token of AlgoKit LocalNet and of `pnp-contract localnet run`: 64 times `a`.
pub const LOCALNET_TOKEN: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What sort of network a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A development node inside this process, its chain in `.pnp/embedded/`.
    Embedded,
    /// A development network on this machine, on AlgoKit LocalNet's ports.
    LocalNet,
    /// A public network whose genesis hash is known.
    Public(PublicNetwork),
    /// A network of `pnp.toml`.
    Custom,
}

/// A service's secret. Wiped on drop, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes a token as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The secret itself, for the request's header and nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where a service listens and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and port without a trailing slash; never carries user information.
    pub url: String,
    /// The token, where one goes with this address.
    pub token: Option<Token>,
    /// Where the address comes from.
    pub layer: Layer,
}

/// A network that a name was resolved to.
#[derive(Clone, Debug)]
pub struct Network {
    /// The name records and messages use: `embedded`, `localnet`, `testnet`, `mainnet` or one of `pnp.toml`.
    pub name: String,
    /// What sort of network it is.
    pub kind: Kind,
    /// algod; absent on `embedded` until its node is started.
    pub algod: Option<Endpoint>,
    /// The indexer, where one is known.
    pub indexer: Option<Endpoint>,
    /// kmd, on development networks.
    pub kmd: Option<Endpoint>,
    /// A file of certificate authorities (PEM) to trust beside the system's; relative to the project's folder.
    pub ca: Option<PathBuf>,
    /// The genesis hash it must have (base64), where that is known beforehand.
    pub genesis_hash: Option<String>,
    /// What the user should know about how the settings were read, one sentence each.
    pub notes: Vec<String>,
}

const BUILT_IN: [&str; 4] = ["embedded", "localnet", "testnet", "mainnet"];

/// One service's names in the environment, and its defaults.
struct Service<'a> {
    names: Names,
    default_url: Option<&'a str>,
    default_token: Option<&'a str>,
    project_url: Option<&'a str>,
    project_token: Option<&'a str>,
}

struct Names {
    server: &'static [&'static str],
    port: &'static str,
    token: &'static [&'static str],
}

const ALGOD: Names = Names { server: &["ALGOD_SERVER", "ALGOD_URL"], port: "ALGOD_PORT", token: &["ALGOD_TOKEN"] };
const INDEXER: Names =
    Names { server: &["INDEXER_SERVER", "INDEXER_URL"], port: "INDEXER_PORT", token: &["INDEXER_TOKEN"] };
/// Where kmd listens in AlgoKit LocalNet.
const DEFAULT_KMD_PORT: u16 = 4002;

/// AlgoKit's kmd takes algod's server and token where it has none of its own, but never algod's port.
const KMD: Names = Names {
    server: &["KMD_SERVER", "KMD_URL", "ALGOD_SERVER", "ALGOD_URL"],
    port: "KMD_PORT",
    token: &["KMD_TOKEN", "ALGOD_TOKEN"],
};

impl Network {
    /// The network a command means when neither a flag nor `PNP_NET` names one.
    #[must_use]
    pub fn default_name(project: &ProjectFile) -> &str {
        project.network.as_deref().unwrap_or("embedded")
    }

    /// The name records use for `name`: `sandbox` is `localnet`.
    #[must_use]
    pub fn canonical_name(name: &str) -> &str {
        if name == "sandbox" { "localnet" } else { name }
    }

    /// Resolves `name` against the environment and the project's file. Opens no connection.
    ///
    /// # Errors
    /// [`NetworkError::Unknown`] and [`NetworkError::BadEndpoint`].
    pub fn resolve(name: &str, environment: &Environment, project: &ProjectFile) -> Result<Self, NetworkError> {
        let name = Self::canonical_name(name);
        let section = project.networks.get(name);
        let kind = match name {
            "embedded" => Kind::Embedded,
            "localnet" => Kind::LocalNet,
            "testnet" => Kind::Public(PublicNetwork::TestNet),
            "mainnet" => Kind::Public(PublicNetwork::MainNet),
            _ if section.is_some() => Kind::Custom,
            _ => {
                let mut known: Vec<String> = BUILT_IN.iter().map(|&name| name.to_owned()).collect();
                known.extend(project.networks.keys().filter(|key| !BUILT_IN.contains(&key.as_str())).cloned());
                return Err(NetworkError::Unknown { name: name.to_owned(), known });
            }
        };
        let public = |suffix| format!("https://{name}-{suffix}.algonode.cloud");
        let (algod, indexer, kmd) = match kind {
            Kind::LocalNet => (
                Some("http://localhost:4001".to_owned()),
                Some("http://localhost:8980".to_owned()),
                Some("http://localhost:4002".to_owned()),
            ),
            Kind::Public(_) => (Some(public("api")), Some(public("idx")), None),
            Kind::Embedded | Kind::Custom => (None, None, None),
        };
        let default_token = (kind == Kind::LocalNet).then_some(LOCALNET_TOKEN);
        let project_hash = section.and_then(|section| section.genesis_hash.clone());
        let mut network = Self {
            name: name.to_owned(),
            kind,
            algod: None,
            indexer: None,
            kmd: None,
            ca: environment
                .get("PNP_CA_FILE")
                .map(|setting| setting.value)
                .or_else(|| section.and_then(|section| section.ca.as_deref()))
                .map(PathBuf::from),
            genesis_hash: match kind {
                Kind::Public(public) => Some(public.genesis_hash().to_owned()),
                _ => project_hash,
            },
            notes: environment.notes().collect(),
        };
        if kind == Kind::Embedded {
            return Ok(network);
        }
        let service = |names, default_url, project_url, project_token| Service {
            names,
            default_url,
            default_token,
            project_url,
            project_token,
        };
        let part = section.cloned().unwrap_or_default();
        network.algod = service(ALGOD, algod.as_deref(), part.algod.as_deref(), part.algod_token.as_deref())
            .endpoint(environment, &mut network.notes)?;
        network.indexer = service(INDEXER, indexer.as_deref(), part.indexer.as_deref(), part.indexer_token.as_deref())
            .endpoint(environment, &mut network.notes)?;
        if !matches!(kind, Kind::Public(_)) {
            let mut ignored_notes = Vec::new();
            network.kmd = service(KMD, kmd.as_deref(), part.kmd.as_deref(), part.kmd_token.as_deref())
                .endpoint(environment, &mut ignored_notes)?;
        }
        if network.algod.is_none() {
            return Err(NetworkError::BadEndpoint {
                name: "algod".to_owned(),
                origin: format!("[networks.{name}] in pnp.toml"),
                why: "it is missing".to_owned(),
            });
        }
        Ok(network)
    }
}

impl Service<'_> {
    /// The address from the highest layer that has one, with the token of that layer or a higher one.
    ///
    /// A token of a lower layer was meant for another address (that of its own layer) and is not sent to this one.
    fn endpoint(&self, environment: &Environment, notes: &mut Vec<String>) -> Result<Option<Endpoint>, NetworkError> {
        let from_environment = environment.first_of(self.names.server);
        let (name, text, layer) = match (from_environment, self.project_url, self.default_url) {
            (Some((name, setting)), _, _) => (name, setting.value, setting.layer),
            (None, Some(url), _) => ("the address", url, Layer::Project),
            (None, None, Some(url)) => ("the address", url, Layer::BuiltIn),
            (None, None, None) => return Ok(None),
        };
        let bad = |name: &str, layer: Layer, why: &str| NetworkError::BadEndpoint {
            name: name.to_owned(),
            origin: layer.to_string(),
            why: why.to_owned(),
        };
        let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let mut url = Url::parse(&text).map_err(|error| bad(name, layer, &format!("not an address ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad(name, layer, "an address starts with http:// or https:// and names a host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad(name, layer, "an address carries no user name or password; use the token setting"));
        }
        let public_default = layer == Layer::BuiltIn && self.default_token.is_none();
        if let Some(port) = environment.get(self.names.port).filter(|port| port.layer >= layer && !public_default) {
            let number: u16 = port
                .value
                .parse()
                .map_err(|_| bad(self.names.port, port.layer, "a port is a number from 1 to 65535"))?;
            url.set_port(Some(number)).map_err(|()| bad(self.names.port, port.layer, "this address takes no port"))?;
        } else if self.names.port == KMD.port && ALGOD.server.contains(&name) {
            url.set_port(Some(DEFAULT_KMD_PORT)).map_err(|()| bad(name, layer, "this address takes no port"))?;
        }
        let token = self.token(environment, layer, public_default, notes);
        let url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Some(Endpoint { url, token, layer }))
    }

    fn token(
        &self,
        environment: &Environment,
        layer: Layer,
        public_default: bool,
        notes: &mut Vec<String>,
    ) -> Option<Token> {
        if let Some((name, setting)) = environment.first_of(self.names.token) {
            if setting.layer >= layer && !public_default {
                return Some(Token::new(setting.value));
            }
            let server = self.names.server.first().copied().unwrap_or_default();
            notes.push(format!(
                "{name} from {} was not sent: it does not belong to the address of {layer}; set {server} beside it",
                setting.layer
            ));
        }
        match layer {
            Layer::Project => self.project_token.or(self.default_token).map(Token::new),
            // LocalNet's is known to everybody: it may go wherever LocalNet is said to be.
            _ => self.default_token.map(Token::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(name: &str, environment: &Environment) -> Network {
        Network::resolve(name, environment, &ProjectFile::default()).unwrap()
    }

    #[test]
    fn built_in_names_work_with_nothing_set() {
        let localnet = resolve("sandbox", &Environment::empty());
        assert_eq!(localnet.name, "localnet");
        assert_eq!(localnet.algod.as_ref().unwrap().url, "http://localhost:4001");
        assert_eq!(localnet.kmd.as_ref().unwrap().url, "http://localhost:4002");
        assert_eq!(localnet.algod.unwrap().token.unwrap().reveal(), LOCALNET_TOKEN);
        let testnet = resolve("testnet", &Environment::empty());
        assert_eq!(testnet.algod.as_ref().unwrap().url, "https://testnet-api.algonode.cloud");
        assert_eq!(testnet.algod.unwrap().token, None);
        assert!(testnet.kmd.is_none());
        assert!(
            resolve("embedded", &Environment::empty().with(Layer::Process, "ALGOD_SERVER", "http://x")).algod.is_none()
        );
    }

    #[test]
    fn a_token_never_leaves_for_an_address_it_was_not_given_with() {
        // A token alone, the address built in: it was meant for somebody's own node.
        let alone = resolve("testnet", &Environment::empty().with(Layer::Process, "ALGOD_TOKEN", "secret"));
        assert_eq!(alone.algod.unwrap().token, None);
        assert!(alone.notes.first().is_some_and(|note| note.contains("ALGOD_TOKEN") && !note.contains("secret")));
        // The address of the process, the token of `.env`.
        let mixed = Environment::empty().with(Layer::Process, "ALGOD_SERVER", "https://other.example").with(
            Layer::DotEnv,
            "ALGOD_TOKEN",
            "secret",
        );
        assert_eq!(resolve("testnet", &mixed).algod.unwrap().token, None);
        // Both together.
        let together = Environment::empty()
            .with(Layer::DotEnvNetwork, "ALGOD_SERVER", "https://mine.example")
            .with(Layer::DotEnvNetwork, "ALGOD_PORT", "8443")
            .with(Layer::DotEnvNetwork, "ALGOD_TOKEN", "secret");
        let algod = resolve("testnet", &together).algod.unwrap();
        assert_eq!((algod.url.as_str(), algod.token.unwrap().reveal()), ("https://mine.example:8443", "secret"));
    }

    #[test]
    fn localnet_moves_by_port_alone() {
        let moved =
            Environment::empty().with(Layer::Process, "ALGOD_PORT", "14001").with(Layer::DotEnv, "KMD_PORT", "14002");
        let network = resolve("localnet", &moved);
        assert_eq!(network.algod.unwrap().url, "http://localhost:14001");
        assert_eq!(network.kmd.unwrap().url, "http://localhost:14002");
        for server in ["http://10.0.0.2", "http://10.0.0.2:4001"] {
            let host = Environment::empty().with(Layer::Process, "ALGOD_SERVER", server);
            assert_eq!(resolve("localnet", &host).kmd.unwrap().url, "http://10.0.0.2:4002", "kmd is on algod's host");
            let own = host.with(Layer::Process, "KMD_PORT", "7833");
            assert_eq!(resolve("localnet", &own).kmd.unwrap().url, "http://10.0.0.2:7833");
        }
        let elsewhere =
            resolve("localnet", &Environment::empty().with(Layer::Process, "ALGOD_SERVER", "http://10.0.0.2"));
        assert_eq!(elsewhere.algod.unwrap().token.unwrap().reveal(), LOCALNET_TOKEN);
    }

    #[test]
    fn malformed_settings_name_the_setting() {
        for (name, value) in [
            ("ALGOD_SERVER", "ftp://x"),
            ("ALGOD_PORT", "70000"),
            ("ALGOD_PORT", "-1"),
            ("ALGOD_SERVER", "http://u:p@x"),
        ] {
            let environment = Environment::empty().with(Layer::DotEnv, name, value);
            let error = Network::resolve("localnet", &environment, &ProjectFile::default()).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains(".env") && !error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn authorities_come_from_the_environment_before_the_project() {
        let project: ProjectFile =
            toml::from_str("[networks.mine]\nalgod = 'https://10.0.0.2'\nca = 'certs/own.pem'").unwrap();
        let mine = Network::resolve("mine", &Environment::empty(), &project).unwrap();
        assert_eq!(mine.ca, Some(PathBuf::from("certs/own.pem")));
        let named = Environment::empty().with(Layer::DotEnv, "PNP_CA_FILE", "/etc/own.pem");
        assert_eq!(Network::resolve("mine", &named, &project).unwrap().ca, Some(PathBuf::from("/etc/own.pem")));
        assert_eq!(Network::resolve("testnet", &Environment::empty(), &project).unwrap().ca, None);
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let project: ProjectFile =
            toml::from_str("[networks.mine]\nalgod = 'http://10.0.0.2:4001'\nalgod_token = 't'").unwrap();
        let error = Network::resolve("mien", &Environment::empty(), &project).unwrap_err().to_string();
        assert!(error.contains("embedded, localnet, testnet, mainnet, mine"), "{error}");
        let mine = Network::resolve("mine", &Environment::empty(), &project).unwrap();
        assert_eq!(mine.algod.unwrap().token.unwrap().reveal(), "t");
        assert!(!format!("{project:?}").contains("'t'"));
    }
}
