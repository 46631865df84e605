//! The parts of a language.

/// A part of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// [`Language::detector`](crate::Language::detector).
    Detector,
    /// [`Language::stemmer`](crate::Language::stemmer).
    Stemmer,
    /// [`Language::function_words`](crate::Language::function_words).
    FunctionWords,
    /// [`Language::frequent`](crate::Language::frequent).
    FrequentWords,
    /// [`Language::everyday`](crate::Language::everyday).
    EverydayMessages,
    /// [`Language::coordinators`](crate::Language::coordinators).
    Coordinators,
    /// [`Language::sentences`](crate::Language::sentences).
    Sentences,
    /// [`Language::cancel`](crate::Language::cancel).
    CancelWords,
    /// [`Language::skip`](crate::Language::skip).
    SkipWords,
    /// [`Language::courtesy`](crate::Language::courtesy).
    CourtesyWords,
    /// [`Language::polly`](crate::Language::polly).
    PollyVoices,
    /// [`Language::espeak`](crate::Language::espeak).
    EspeakVoices,
    /// [`Language::sample`](crate::Language::sample).
    SampleBot,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 13] = [
        Self::Detector,
        Self::Stemmer,
        Self::FunctionWords,
        Self::FrequentWords,
        Self::EverydayMessages,
        Self::Coordinators,
        Self::Sentences,
        Self::CancelWords,
        Self::SkipWords,
        Self::CourtesyWords,
        Self::PollyVoices,
        Self::EspeakVoices,
        Self::SampleBot,
    ];

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detector => "the detector's code",
            Self::Stemmer => "the stemmer",
            Self::FunctionWords => "function words",
            Self::FrequentWords => "frequent words",
            Self::EverydayMessages => "everyday messages",
            Self::Coordinators => "coordinators",
            Self::Sentences => "stock sentences",
            Self::CancelWords => "cancel words",
            Self::SkipWords => "skip words",
            Self::CourtesyWords => "words of courtesy",
            Self::PollyVoices => "Polly voices",
            Self::EspeakVoices => "espeak-ng voices",
            Self::SampleBot => "the sample bot's folder",
        }
    }

    /// The file that holds it, in the language's folder.
    pub fn file(self) -> &'static str {
        match self {
            Self::Detector | Self::Stemmer | Self::SampleBot => "mod.rs",
            Self::FrequentWords => "frequent.txt",
            Self::EverydayMessages => "everyday.txt",
            Self::Sentences => "sentences.rs",
            Self::FunctionWords | Self::Coordinators | Self::CancelWords | Self::SkipWords | Self::CourtesyWords => {
                "words.rs"
            }
            Self::PollyVoices | Self::EspeakVoices => "voices.rs",
        }
    }
}
