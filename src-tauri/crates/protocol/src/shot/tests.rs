use super::*;

fn line(language: &str, text: &str) -> Line {
    Line { speaker: None, language: language.parse().expect("a language"), text: text.into() }
}

fn shot(description: &str, lines: &[Line], sound: Option<&str>) -> Shot {
    Shot { description: description.into(), lines: lines.to_vec(), sound: sound.map(str::to_owned) }
}

#[test]
fn the_three_parts_stand_as_the_model_knows_them() {
    let hello = Line { speaker: Some("young woman".into()), ..line("en", "Hello, my friend!") };
    let prompt = shot("A red paper pony stands in a meadow.", &[hello], Some("wind")).compose().expect("a prompt");
    let expected = "A red paper pony stands in a meadow.\n\nDialogue:\n<Young woman, English>: \"Hello, my friend!\"\n\n\
                    Background Sound:\n<Wind>";
    assert_eq!(prompt, expected);
}

#[test]
fn parts_that_are_not_given_are_left_out_but_for_the_sound() {
    let prompt = shot("A meadow.", &[], None).compose().expect("a prompt");
    assert_eq!(prompt, "A meadow.\n\nBackground Sound:\n<No prominent background sound>");
    let prompt = shot(" \n", &[line("de", "Guten Morgen!")], Some(" ")).compose().expect("a prompt");
    let expected =
        "Dialogue:\n<Young woman, German>: \"Guten Morgen!\"\n\nBackground Sound:\n<No prominent background sound>";
    assert_eq!(prompt, expected);
}

#[test]
fn nothing_to_see_and_nothing_to_say_is_an_error() {
    for description in ["", "  \n\t", "\u{feff}"] {
        let error = shot(description, &[], Some("wind")).compose().expect_err("empty").to_string();
        assert!(error.contains("describe") && error.contains("spoken"), "{error}");
    }
    let error = shot("A man.", &[line("en", "Hi"), line("en", " \"\" ")], None).compose().expect_err("empty line");
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn the_reference_examples_come_out_as_they_are() {
    for spaced in [
        "有 的 人 在 一 起 生 活 一 辈 子，还 带 着 假 面 具 呢，比 如 说 你 十 年 了。",
        "나 비 번 알 아 .",
        "눌 러 그 럼 .",
    ] {
        assert_eq!(space_cjk(&spaced.replace(' ', "")), spaced);
        assert_eq!(space_cjk(spaced), spaced, "spacing twice changes nothing");
    }
}

#[test]
fn characters_are_spaced() {
    for (text, expected) in [
        ("你好", "你 好"),
        ("你  好", "你 好"),
        ("Hello, world!", "Hello, world!"),
        ("  two   blanks ", "two blanks"),
        ("我爱AI技术", "我 爱 AI 技 术"),
        ("3月5日", "3 月 5 日"),
        ("안녕 친구야", "안 녕 친 구 야"),
        ("안녕하세요!", "안 녕 하 세 요 !"),
        ("こんにちは。元気？", "こ ん に ち は。元 気？"),
        ("ラーメン・カレー", "ラ ー メ ン・カ レ ー"),
        ("佐々木さん", "佐 々 木 さ ん"),
        ("「さようなら」と", "「さ よ う な ら」と"),
        ("我哋返屋企喇", "我 哋 返 屋 企 喇"),
        ("你好，my friend！再见", "你 好，my friend！再 见"),
        ("你好， 朋友", "你 好，朋 友"),
        ("等等……好吧——走", "等 等……好 吧——走"),
        ("他说“你好”了", "他 说“你 好”了"),
        ("says, \"你好\" to", "says, \"你 好\" to"),
        ("(北京)", "(北 京)"),
        ("你好👋🏽再见", "你 好 👋🏽 再 见"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ("か\u{3099}く", "か\u{3099} く"),
        ("ﾊﾟﾝ", "ﾊﾟ ﾝ"),
        ("\u{1112}\u{1161}\u{11ab}글", "\u{1112}\u{1161}\u{11ab} 글"),
        ("葛\u{e0100}城", "葛\u{e0100} 城"),
        ("𠮷野家", "𠮷 野 家"),
        ("Café déjà\u{301}", "Café déjà\u{301}"),
        ("Ｇａｌｌｏｐ", "Ｇａｌｌｏｐ"),
        ("你\u{200b}好\u{0}吗", "你 好 吗"),
        ("你\u{3000}好", "你 好"),
        ("one\r\n\r\n\r\n\r\ntwo 你好\n", "one\n\ntwo 你 好"),
        ("", ""),
    ] {
        let spaced = space_cjk(text);
        assert_eq!(spaced, expected, "{text:?}");
        assert_eq!(space_cjk(&spaced), spaced, "spacing {text:?} twice changes nothing");
    }
}

#[test]
fn quotations_inside_a_line_do_not_end_it() {
    for (text, expected) in [
        ("\"Hello\"", "Hello"),
        ("“Hello”", "Hello"),
        ("「こんにちは」", "こ ん に ち は"),
        ("She said \"no\" twice", "She said 'no' twice"),
        ("\"No\" and \"yes\"", "'No' and 'yes'"),
        ("gibt's ja auch", "gibt's ja auch"),
        ("two\nlines", "two lines"),
        ("« Ça va ? »", "Ça va ?"),
    ] {
        let prompt = shot("", &[line("fr", text)], None).compose().expect("a prompt");
        assert!(prompt.starts_with(&format!("Dialogue:\n<Young woman, French>: \"{expected}\"\n\n")), "{prompt}");
    }
}

#[test]
fn lines_keep_their_order_languages_and_speakers() {
    let lines = [
        line("zh", "你好朋友"),
        Line { speaker: Some(" <old\nman>. ".into()), ..line("yue", "早晨") },
        line("ja", "ありがとう!"),
    ];
    let prompt = shot("A tall woman and an old man.", &lines, None).compose().expect("a prompt");
    let expected = "Dialogue:\n<Tall woman, Mandarin>: \"你 好 朋 友\"\n<Old man, Cantonese>: \"早 晨\"\n\
                    <Old man, Japanese>: \"あ り が と う !\"\n\n";
    assert!(prompt.contains(expected), "{prompt}");
}

#[test]
fn a_line_without_a_speaker_belongs_to_whom_the_description_mentions() {
    for (description, speaker) in [
        ("A young man with short, dark hair sits.", "Young man"),
        ("In a kitchen, the robot waves.", "Robot"),
        ("Woman at a window", "Woman"),
        ("Inside an elevator with textured grey metallic walls, a blonde woman, smiling", "Blonde woman"),
        ("An elevator whose many grey walls surround one very small lonely frightened old child", "Child"),
        ("A red paper pony stands in a manly meadow.", DEFAULT_SPEAKER),
        ("", DEFAULT_SPEAKER),
    ] {
        let prompt = shot(description, &[line("en", "Hi")], None).compose().expect("a prompt");
        assert!(prompt.contains(&format!("<{speaker}, English>")), "{prompt}");
    }
}

#[test]
fn a_whole_prompt_is_kept() {
    let whole = "A man.\n\nDialogue:\n<Man, Mandarin>: \"你 好。\"\n\nBackground Sound:\n<Rain>";
    assert_eq!(shot(whole, &[], None).compose().expect("a prompt"), whole);
    let without_sound = "A man.\n\nDialogue:\n<Man, English>: \"Hi.\"";
    let prompt = shot(without_sound, &[], None).compose().expect("a prompt");
    assert_eq!(prompt, format!("{without_sound}\n\nBackground Sound:\n<{NO_SOUND}>"));
    for (lines, sound) in [(vec![line("en", "Hi")], None), (vec![], Some("wind"))] {
        let error = shot(whole, &lines, sound).compose().expect_err("twice").to_string();
        assert!(error.contains("Dialogue:"), "{error}");
    }
}

#[test]
fn languages_are_read_by_code_or_name() {
    for language in Language::ALL {
        assert_eq!(language.code().parse::<Language>().expect("a code"), language);
        assert_eq!(language.name().to_uppercase().parse::<Language>().expect("a name"), language);
        assert_eq!(serde_json::to_value(language).expect("JSON"), language.code());
    }
    let error = "es".parse::<Language>().expect_err("not spoken").to_string();
    assert!(Language::ALL.iter().all(|l| error.contains(l.code()) && error.contains(l.name())), "{error}");
}
