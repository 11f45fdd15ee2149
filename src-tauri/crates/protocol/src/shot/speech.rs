//! How long it takes to say something: a forecast by counting, made before anything is spoken.
//!
//! Rates are of fluent reading with the pauses taken out. English, French, German, Japanese and Mandarin: Pellegrino, Coupé
//! and Marsico, "A cross-language perspective on speech information rate", Language 87(3), 2011, table 1. Cantonese and
//! Korean: near what Coupé, Oh, Dediu and Pellegrino show in "Different languages, similar encoding efficiency", Science
//! Advances 5(9), 2019, rounded to half a syllable and not checked against their data. Speakers differ by a fifth either
//! way; so does this.
//!
//! What is counted are syllables; of Japanese, morae, for which a kanji stands for two on average. Latin words are counted
//! by their vowels, also inside Chinese, Japanese and Korean; capitals alone are spelled; numbers by their digits.

use super::Language;

/// At a comma.
const SHORT_PAUSE_SECONDS: f64 = 0.2;
/// Between sentences.
const LONG_PAUSE_SECONDS: f64 = 0.4;
/// Numbers with more digits are said digit by digit, as telephone numbers are.
const LONGEST_NUMBER: usize = 8;

/// Seconds that a line takes to say in a language.
pub fn seconds(text: &str, language: Language) -> f64 {
    let counted = count(text, language);
    counted.units / rate(language)
        + f64::from(counted.short_pauses) * SHORT_PAUSE_SECONDS
        + f64::from(counted.long_pauses) * LONG_PAUSE_SECONDS
}

/// Syllables (of Japanese, morae) a second.
pub fn rate(language: Language) -> f64 {
    match language {
        Language::Mandarin => 5.18,
        Language::Cantonese => 5.5,
        Language::English => 6.19,
        Language::Japanese => 7.84,
        Language::Korean => 7.0,
        Language::German => 5.97,
        Language::French => 7.18,
    }
}

#[derive(Default)]
struct Counted {
    units: f64,
    short_pauses: u32,
    long_pauses: u32,
}

fn count(text: &str, language: Language) -> Counted {
    let mut counted = Counted::default();
    // A pause counts when something comes behind it.
    let (mut short, mut long) = (false, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let units = match letter {
            letter if is_latin(letter) => {
                let mut word = letter.to_string();
                while let Some(next) = letters.next_if(|next| is_latin(*next) || matches!(next, '\'' | '’')) {
                    word.push(next);
                }
                syllables(&word, language)
            }
            letter if letter.is_ascii_digit() => {
                let mut digits = 1;
                let first = letter;
                // `1,000` and `3.5` are one number; a mark at the end of it is a mark.
                while let Some(next) = letters.peek().copied() {
                    let is_inside = matches!(next, ',' | '.')
                        && letters.clone().nth(1).is_some_and(|behind| behind.is_ascii_digit());
                    if !next.is_ascii_digit() && !is_inside {
                        break;
                    }
                    digits += usize::from(next.is_ascii_digit());
                    letters.next();
                }
                number(digits, first == '0' && digits > 1, language)
            }
            ',' | '，' | '、' | ';' | '；' | ':' | '：' | '—' | '–' => {
                short = true;
                0.0
            }
            '.' | '。' | '!' | '！' | '?' | '？' | '…' => {
                long = true;
                0.0
            }
            letter => of_letter(letter, language),
        };
        if units > 0.0 {
            if counted.units > 0.0 {
                counted.long_pauses += u32::from(long);
                counted.short_pauses += u32::from(short && !long);
            }
            (short, long) = (false, false);
            counted.units += units;
        }
    }
    counted
}

/// Characters that stand for sounds by themselves.
fn of_letter(letter: char, language: Language) -> f64 {
    match letter {
        // Small kana are part of the mora before; the doubling っ and the lengthening ー are morae.
        'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'ゃ' | 'ゅ' | 'ょ' | 'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ャ' | 'ュ'
        | 'ョ' => 0.0,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | 'ー' | '\u{ff66}'..='\u{ff9d}' => 1.0,
        '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '々'
        | '〇' => {
            if language == Language::Japanese {
                2.0
            } else {
                1.0
            }
        }
        '\u{ac00}'..='\u{d7a3}' => 1.0,
        '%' | '％' => {
            if matches!(language, Language::Japanese) {
                5.0
            } else {
                3.0
            }
        }
        '&' | '+' | '=' | '@' => 1.0,
        _ => 0.0,
    }
}

fn is_latin(letter: char) -> bool {
    letter.is_alphabetic() && (letter.is_ascii() || ('\u{c0}'..='\u{24f}').contains(&letter))
}

/// Syllables of a Latin word.
fn syllables(word: &str, language: Language) -> f64 {
    let letters: Vec<char> = word.to_lowercase().chars().filter(|letter| letter.is_alphabetic()).collect();
    let is_spelled = letters.len() > 1 && letters.len() <= 5 && word.chars().all(|letter| !letter.is_lowercase());
    if is_spelled {
        // `w` has three syllables in English, and one in German and French... of the spelled letter it matters little.
        return letters.len() as f64 * if language == Language::Japanese { 2.0 } else { 1.0 };
    }
    let is_vowel = |letter: &char| "aeiouyáàâäãåéèêëíìîïóòôöõúùûüýÿæœø".contains(*letter);
    let vowels = || letters.split(|letter| !is_vowel(letter)).filter(|group| !group.is_empty());
    let (groups, ends_alone) = (vowels().count(), vowels().next_back() == Some(&['e']));
    let ends = |ending: &str| word.to_lowercase().ends_with(ending);
    // The mute e of English and French.
    let is_mute = match language {
        Language::German => false,
        Language::French => ends_alone && (ends("e") || ends("es")),
        _ => ends_alone && ends("e") && !ends("le"),
    };
    let groups = groups - usize::from(is_mute && groups > 1);
    // Japanese puts a vowel behind nearly every consonant of a foreign word.
    groups.max(1) as f64 * if language == Language::Japanese { 1.6 } else { 1.0 }
}

/// Syllables of a number of so many digits.
fn number(digits: usize, begins_with_zero: bool, language: Language) -> f64 {
    let each = if begins_with_zero || digits > LONGEST_NUMBER {
        match language {
            Language::Japanese => 2.0,
            Language::Mandarin | Language::Cantonese | Language::Korean => 1.0,
            Language::English | Language::German | Language::French => 1.2,
        }
    } else {
        // With its hundreds and thousands.
        match language {
            Language::Mandarin | Language::Cantonese | Language::Korean if digits == 1 => 1.0,
            Language::Mandarin | Language::Cantonese | Language::Korean => 1.7,
            Language::Japanese if digits == 1 => 2.0,
            Language::Japanese => 3.2,
            Language::English | Language::German if digits == 1 => 1.2,
            Language::English => 2.0,
            Language::German => 2.2,
            Language::French => 1.7,
        }
    };
    digits as f64 * each
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, language: Language) -> f64 {
        count(text, language).units
    }

    #[test]
    fn syllables_are_counted_by_script() {
        for (text, language, expected) in [
            ("你好世界", Language::Mandarin, 4.0),
            ("你 好 世 界", Language::Mandarin, 4.0),
            ("こんにちは", Language::Japanese, 5.0),
            ("きょう", Language::Japanese, 2.0),
            ("がっこう", Language::Japanese, 4.0),
            ("東京", Language::Japanese, 4.0),
            ("안녕하세요", Language::Korean, 5.0),
            ("Hello, my friend!", Language::English, 4.0),
            ("The table is made of stone.", Language::English, 7.0),
            ("Guten Morgen", Language::German, 4.0),
            ("Bonne journée", Language::French, 3.0),
            ("我用AI", Language::Mandarin, 4.0),
            ("打开camera", Language::Mandarin, 5.0),
            ("", Language::English, 0.0),
            ("…!?", Language::English, 0.0),
        ] {
            assert_eq!(units(text, language), expected, "{text}");
        }
    }

    #[test]
    fn numbers_take_time() {
        assert_eq!(units("5", Language::Mandarin), 1.0);
        assert!(units("2024年", Language::Mandarin) > 5.0);
        assert_eq!(units("13800138000", Language::Mandarin), 11.0, "digit by digit");
        assert_eq!(units("1,000", Language::English), units("1000", Language::English));
        assert_eq!(count("I have 3.", Language::English).long_pauses, 0, "nothing comes behind it");
        assert_eq!(count("3.5 and 4. Then", Language::English).long_pauses, 1);
    }

    #[test]
    fn pauses_count_between_words_only() {
        let line = seconds("Yes. No.", Language::English);
        assert!((line - (2.0 / 6.19 + 0.4)).abs() < 1e-9, "{line}");
        let line = seconds("好，好", Language::Mandarin);
        assert!((line - (2.0 / 5.18 + 0.2)).abs() < 1e-9, "{line}");
        assert!(seconds("Wait...", Language::English) < seconds("Wait... now", Language::English));
    }
}
