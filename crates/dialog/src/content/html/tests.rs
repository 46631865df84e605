//! What the HTML of answers comes to.

use proptest::prelude::*;

use super::*;

fn plain(html: &str) -> String {
    read(html).plain
}

#[test]
fn line_breaks_of_mere_words_are_meant_and_those_of_html_are_not() {
    assert_eq!(plain("one\r\n two  three \n\n\n four &amp; five"), "one\n two  three\n\n four & five");
    assert_eq!(plain("one\n two  three<br>four< br />five < BR> six"), "one two three\nfour\nfive\nsix");
    assert_eq!(plain("a < b and b <breath> c"), "a < b and b c");
}

#[test]
fn blocks_and_lists_become_lines() {
    let html = "Hi!<p>You <b>may</b>:</p><ul><li>eat</li><li><p>drink</p><ol start=3><li>tea<li>milk</ol></ul>Bye.";
    assert_eq!(plain(html), "Hi!\n\nYou may:\n\n- eat\n- drink\n\n3. tea\n4. milk\nBye.");
    assert_eq!(plain("<table><tr><th>a<th>b<tr><td>1<td>2</table>"), "a b\n1 2");
    assert_eq!(plain("<h3>Hours</h3><div>Nine</div><div>Ten</div><pre>a\n  b</pre>"), "Hours\n\nNine\nTen\n\na\n  b");
}

#[test]
fn entities_are_decoded_once() {
    assert_eq!(plain("caf&eacute; &lt;b&gt; &amp;lt; &#8364; &nbsp;&bogus;"), "café <b> &lt; € \u{a0}&bogus;");
}

#[test]
fn what_a_page_never_shows_is_no_text() {
    let html =
        "a<script>alert('<b>x</b>')</script><style>p { }</style><template>t</template><svg><text>s</text></svg>b";
    assert_eq!(plain(html), "ab");
    for open in ["a<script>x", "a<style>x", "a<script><!--</script", "a<textarea>x", "a<iframe>x<p>"] {
        assert_eq!(plain(open), "a", "{open}");
    }
    assert_eq!(plain("a<svg/>b<!-- c --><font onclick='x'>d</font>"), "abd");
}

#[test]
fn buttons_are_choices_and_no_text() {
    let read = read(
        r#"Which? <button value=" greek ">Greek <b>style</b></button><br><button>Plain</button><button value="x"></button>
        <button> </button> Say it."#,
    );
    let pairs: Vec<_> = read.choices.iter().map(|choice| (choice.label.as_str(), choice.value.as_str())).collect();
    assert_eq!(pairs, [("Greek style", "greek"), ("Plain", "Plain"), ("x", "x")]);
    assert_eq!(read.plain, "Which?\nSay it.");
}

#[test]
fn links_keep_their_label_in_the_text_and_lead_to_safe_places_only() {
    let read = read(
        "<a href='https://a.example/?b=1&amp;c'>Our <i>page</i></a>, <a href='javascript:x'>no</a>, <a href=tel:12>",
    );
    let expected = [("Our page", "https://a.example/?b=1&c"), ("tel:12", "tel:12")];
    let pairs: Vec<_> = read.links.iter().map(|link| (link.label.as_str(), link.url.as_str())).collect();
    assert_eq!((pairs, read.plain.as_str()), (expected.to_vec(), "Our page, no,"));
}

#[test]
fn media_have_their_kind_and_their_description() {
    let read = read(
        "<img src='https://a.example/a.png' alt='A map'>here <img src='http://a.example/b.png' alt='old'>
        <video title=Tour><source src='https://a.example/c.mp4'>no video</video><audio src='data:audio/mpeg;base64,AA'></audio>
        <img src='data:text/html,x'>",
    );
    let kinds: Vec<_> = read.media.iter().map(|media| (media.kind, media.description.as_str())).collect();
    let expected = [(MediaKind::Picture, "A map"), (MediaKind::Video, "Tour"), (MediaKind::Audio, "")];
    assert_eq!((kinds, read.plain.as_str()), (expected.to_vec(), "here old"));
    assert_eq!(read.media[1].url, "https://a.example/c.mp4");
}

/// Strings that look like HTML more often than chance would have it.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "</?(script|style|p|li|ul|ol|a|button|br|img|video|source|pre|svg|td|b)( (href|src|value|alt)=[\"']?[a-z:/&;]{0,9}[\"']?)? ?/?>?",
        "[<>&;/!'\"= \n-]{1,3}",
        "&[a-zA-Z#0-9]{1,8};?",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// HTML whose tags and quotes are closed, whatever it makes of its elements.
fn page() -> impl Strategy<Value = String> {
    let piece =
        prop_oneof!["</?(p|li|ul|ol|a|button|br|img|pre|td|b)( (href|value|alt)=\"[a-z:<>]{0,9}\")?>", "[^<]{0,6}"];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_read(html in prop_oneof![soup(), any::<String>()]) {
        let Read { plain, choices, links, .. } = read(&html);
        prop_assert!(!plain.contains("\n\n\n") && plain.trim() == plain);
        prop_assert!(choices.iter().all(|choice| !choice.label.is_empty() && !choice.value.is_empty()));
        prop_assert!(links.iter().all(|link| leads_somewhere(&link.url)));
    }

    #[test]
    fn scripts_and_styles_are_never_text(before in page(), hidden in "[a-z{}()<>\"'/ ]{0,20}", after in soup()) {
        for name in ["script", "style"] {
            let shown = read(&format!("{before}<{name}>SECRET{hidden}</{name}>{after}"));
            prop_assert!(!shown.plain.contains("SECRET"), "{shown:?}");
            prop_assert!(shown.choices.iter().all(|choice| !choice.label.contains("SECRET")), "{shown:?}");
        }
    }
}
