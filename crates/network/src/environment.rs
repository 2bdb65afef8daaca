//! Settings by name, in layers: the process environment over `.env.<net>` over `.env`.

use super::NetworkError;
use super::env_file::{self, EnvFile};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Where a setting comes from; a later variant wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Compiled in.
    BuiltIn,
    /// `pnp.toml`.
    Project,
    /// `.env`.
    DotEnv,
    /// `.env.<net>`.
    DotEnvNetwork,
    /// The environment of the process.
    Process,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BuiltIn => "the built-in defaults",
            Self::Project => "pnp.toml",
            Self::DotEnv => ".env",
            Self::DotEnvNetwork => ".env.<net>",
            Self::Process => "the environment",
        })
    }
}

/// A value and the layer it was found in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// The text, not empty. May be a secret: it is never shown.
    pub value: &'a str,
    /// Where it was found.
    pub layer: Layer,
}

impl fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting").field("layer", &self.layer).finish_non_exhaustive()
    }
}

/// Every setting the environment and the `.env` files give. Holds secrets, so it does not print, and is wiped when dropped;
/// the process's own environment, which the system made, stays.
#[derive(Default)]
pub struct Environment {
    layers: BTreeMap<Layer, env_file::Settings>,
    skipped: Vec<(PathBuf, Vec<usize>)>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.layers.values().flat_map(BTreeMap::keys).collect();
        f.debug_struct("Environment").field("settings", &names.len()).finish_non_exhaustive()
    }
}

impl Environment {
    /// No setting at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The process environment, and the `.env` files of `folder` that belong to `network`.
    ///
    /// # Errors
    /// A `.env` file that exists and cannot be read, or has a malformed line with one of this program's settings.
    pub fn load(folder: &Path, network: &str) -> Result<Self, NetworkError> {
        let mut environment = Self::default();
        environment.layers.insert(
            Layer::Process,
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, Zeroizing::new(value.into_string().ok()?))))
                .collect(),
        );
        environment.add_file(Layer::DotEnv, folder.join(".env"))?;
        if network.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            environment.add_file(Layer::DotEnvNetwork, folder.join(format!(".env.{network}")))?;
        }
        Ok(environment)
    }

    /// Adds the settings of a `.env` file, if there is one.
    fn add_file(&mut self, layer: Layer, path: PathBuf) -> Result<(), NetworkError> {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(NetworkError::Unreadable { path, source }),
        };
        let outside = |name: &str| std::env::var(name).ok().map(Zeroizing::new);
        match env_file::parse(&text, outside) {
            Ok(EnvFile { settings, skipped }) => {
                self.layers.insert(layer, settings);
                if !skipped.is_empty() {
                    self.skipped.push((path, skipped));
                }
                Ok(())
            }
            Err(line) => Err(NetworkError::EnvLine { path, line }),
        }
    }

    /// A sentence for each `.env` file with lines that were skipped because they are not `NAME=value`: their numbers, and never
    /// their text.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        self.skipped.iter().map(|(path, lines)| {
            const MOST_SHOWN: usize = 5;
            let shown: Vec<String> = lines.iter().take(MOST_SHOWN).map(usize::to_string).collect();
            let more = if lines.len() > MOST_SHOWN { " and others" } else { "" };
            let (what, are) = if lines.len() == 1 { ("line", "is") } else { ("lines", "are") };
            format!("{}: {what} {}{more} {are} not NAME=value, and skipped", path.display(), shown.join(", "))
        })
    }

    /// Adds or replaces one setting in a layer.
    #[must_use]
    pub fn with(mut self, layer: Layer, name: &str, value: &str) -> Self {
        self.layers.entry(layer).or_default().insert(name.to_owned(), Zeroizing::new(value.to_owned()));
        self
    }

    /// The same without addresses and tokens of services, but for those of `.env.<net>`: what else names them means one network,
    /// and not each.
    #[must_use]
    pub fn without_endpoints(mut self) -> Self {
        const SERVICES: [&str; 3] = ["ALGOD_", "INDEXER_", "KMD_"];
        for (_, settings) in self.layers.iter_mut().filter(|(layer, _)| **layer != Layer::DotEnvNetwork) {
            settings.retain(|name, _| !SERVICES.iter().any(|service| name.starts_with(service)));
        }
        self
    }

    /// The names of all settings, sorted within each layer.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.values().flat_map(|settings| settings.keys().map(String::as_str))
    }

    /// The setting `name` from the highest layer that has it; an empty value counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Setting<'_>> {
        self.layers.iter().rev().find_map(|(layer, settings)| {
            let value = settings.get(name)?.trim();
            (!value.is_empty()).then_some(Setting { value, layer: *layer })
        })
    }

    /// The first of several names that is set, an earlier layer of any name losing to a higher layer of another.
    #[must_use]
    pub fn first_of<'n>(&self, names: &[&'n str]) -> Option<(&'n str, Setting<'_>)> {
        let found = names.iter().filter_map(|name| Some((*name, self.get(name)?)));
        // `max_by_key` keeps the last of equals, so the order of names is turned around.
        found.collect::<Vec<_>>().into_iter().rev().max_by_key(|(_, setting)| setting.layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_layers_win_and_empty_values_are_absent() {
        let environment = Environment::empty()
            .with(Layer::DotEnv, "A", "low")
            .with(Layer::DotEnvNetwork, "A", "middle")
            .with(Layer::Process, "A", " ")
            .with(Layer::DotEnv, "B", "b");
        assert_eq!(environment.get("A"), Some(Setting { value: "middle", layer: Layer::DotEnvNetwork }));
        assert_eq!(environment.first_of(&["B", "A"]).unwrap().0, "A");
        assert_eq!(environment.first_of(&["C", "B"]).unwrap().0, "B");
        assert_eq!(environment.get("C"), None);
    }

    #[test]
    fn another_networks_addresses_are_left_behind() {
        let environment = Environment::empty()
            .with(Layer::Process, "ALGOD_SERVER", "http://a")
            .with(Layer::DotEnvNetwork, "ALGOD_PORT", "4")
            .with(Layer::DotEnv, "KMD_TOKEN", "t")
            .with(Layer::Process, "USER_SENDER", "u")
            .without_endpoints();
        let names: Vec<_> = environment.names().collect();
        assert_eq!(names, ["ALGOD_PORT", "USER_SENDER"]);
    }

    #[test]
    fn skipped_lines_are_named_by_number_and_own_settings_are_not_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let file = |text: &str| {
            std::fs::write(folder.path().join(".env"), text).unwrap();
            Environment::load(folder.path(), "localnet")
        };
        let environment =
            file("APP_TITLE=Play and Pay\nTITLE: a secret\nDEBUG\n\nsecret words\nX_MNEMONIC=b c\n").unwrap();
        assert_eq!(environment.get("APP_TITLE").unwrap().value, "Play and Pay");
        assert_eq!(environment.get("X_MNEMONIC").unwrap().value, "b c");
        let notes: Vec<_> = environment.notes().collect();
        assert!(
            notes.len() == 1 && notes[0].ends_with(".env: lines 2, 5 are not NAME=value, and skipped"),
            "{notes:?}"
        );
        for own in ["A_MNEMONIC secret words", "set ALGOD_TOKEN=x", "APP_ID:5", "export PNP_NET: x", "APP_ID=\"5"] {
            let error = file(&format!("A=1\n{own}\nB=2\n")).unwrap_err();
            assert!(matches!(error, NetworkError::EnvLine { line: 2, .. }), "{own}: {error}");
        }
        assert_eq!(file("TITLE: APP_ID\nAPP_ID\n").unwrap().notes().count(), 1);
    }

    #[test]
    fn debug_shows_no_value() {
        let environment = Environment::empty().with(Layer::Process, "USER_MNEMONIC", "secret words");
        assert!(!format!("{environment:?} {:?}", environment.get("USER_MNEMONIC")).contains("secret"));
    }
}
