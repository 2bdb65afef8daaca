//! `pnp.toml`, the project's own settings: networks by name.

use super::NetworkError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The whole file; every part may be absent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectFile {
    /// The network of commands that name none.
    #[serde(default)]
    pub network: Option<String>,
    /// `[networks.NAME]`.
    #[serde(default)]
    pub networks: BTreeMap<String, NetworkSection>,
}

/// One `[networks.NAME]`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSection {
    /// algod's address with its scheme, for example `http://10.0.0.2:4001`.
    #[serde(default)]
    pub algod: Option<String>,
    /// algod's token; better kept in `.env.<net>` as `ALGOD_TOKEN`.
    #[serde(default)]
    pub algod_token: Option<String>,
    /// The indexer's address.
    #[serde(default)]
    pub indexer: Option<String>,
    /// The indexer's token.
    #[serde(default)]
    pub indexer_token: Option<String>,
    /// kmd's address.
    #[serde(default)]
    pub kmd: Option<String>,
    /// kmd's token.
    #[serde(default)]
    pub kmd_token: Option<String>,
    /// A file of certificate authorities (PEM) to trust beside the system's; from `pnp.toml`'s folder.
    #[serde(default)]
    pub ca: Option<String>,
    /// The genesis hash the network must have, base64.
    #[serde(default)]
    pub genesis_hash: Option<String>,
}

impl std::fmt::Debug for NetworkSection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkSection")
            .field("algod", &self.algod)
            .field("indexer", &self.indexer)
            .field("kmd", &self.kmd)
            .field("ca", &self.ca)
            .field("genesis_hash", &self.genesis_hash)
            .finish_non_exhaustive()
    }
}

impl ProjectFile {
    /// Reads `pnp.toml` in `folder`; no file is an empty one.
    ///
    /// # Errors
    /// [`NetworkError::Unreadable`], or [`NetworkError::Project`] with line and column.
    pub fn load(folder: &Path) -> Result<Self, NetworkError> {
        let path = folder.join("pnp.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(NetworkError::Unreadable { path, source }),
        };
        toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let before = text.get(..offset).unwrap_or_default();
            let line = before.matches('\n').count().saturating_add(1);
            let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()).saturating_add(1);
            let message = error.message().replace('\n', " ");
            // A value's mistake does not name its key.
            let key = text.lines().nth(line - 1).and_then(|text| text.split_once('=')).map(|(key, _)| key.trim());
            let message = match key.filter(|_| message.starts_with("invalid ")) {
                Some(key) => format!("`{key}`: {message}"),
                None => message,
            };
            NetworkError::Project { path, line, column, message }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_line_and_column() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ProjectFile::load(folder.path()).unwrap().networks.is_empty());
        std::fs::write(folder.path().join("pnp.toml"), "[networks.mine]\nalgodd = 'http://x'\n").unwrap();
        let error = ProjectFile::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("pnp.toml:2:1"), "{error}");
        assert!(error.contains("algodd"), "{error}");
        std::fs::write(folder.path().join("pnp.toml"), "[networks.mine]\nalgod = 5\n").unwrap();
        let error = ProjectFile::load(folder.path()).unwrap_err().to_string();
        assert!(error.contains("pnp.toml:2:9: `algod`: invalid type: integer `5`, expected a string"), "{error}");
    }
}
