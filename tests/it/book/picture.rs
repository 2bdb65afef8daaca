//! The README's picture shows what `demo` prints.

use super::output;
use super::root;
use super::shell::Shell;

/// The lines of text that the picture draws, without its title.
fn drawn(picture: &str) -> Vec<String> {
    picture
        .lines()
        .filter(|line| line.starts_with("<text class=\"line\""))
        .map(|line| {
            let text: String =
                line.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
            [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")]
                .iter()
                .fold(text, |text, (entity, letter)| text.replace(entity, letter))
        })
        .collect()
}

#[test]
#[cfg_attr(not(unix), ignore = "the commands are written for sh")]
fn the_picture_shows_what_the_demo_prints() {
    let lines = drawn(&std::fs::read_to_string(root().join("docs/images/demo.svg")).unwrap());
    let (command, shown) = lines.split_first().unwrap();
    let (code, printed) = Shell::new().run(command.strip_prefix("$ ").unwrap());
    assert_eq!(code, 0, "{printed}");
    let printed: Vec<&str> = printed.lines().filter(|line| !line.is_empty()).collect();
    let correction = output::correction(&printed.join("\n"), &shown.join("\n"));
    assert_eq!(correction, None, "run `scripts/record demo`");
}
