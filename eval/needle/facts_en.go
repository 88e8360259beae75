package needle

// factsEN are the hidden sentences. What stands between « and » is a needle.
var factsEN = map[string]plan{
	"code": {
		facts: []string{
			"The entry code of the «{key}» was changed to «{val}».",
			"Since {m}, the «{key}» has had the entry code «{val}».",
			"Whoever works at the «{key}» knows its entry code, «{val}».",
		},
		ask: "What is the entry code of the {key}?",
		all: "What are the entry codes of these places: the {key}?",
		val: "{code}",
	},
	"codes": {
		facts: []string{
			"One of the entry codes of the {key} is «{val}».",
			"At the {key}, «{val}» is among the entry codes in use.",
			"The {key} also has the entry code «{val}».",
		},
		ask: "What are all the entry codes of the {key}?",
		val: "{code}",
	},
	"amount": {
		facts: []string{
			"The restoration of the «{key}» cost «{val}» in all.",
			"For the restoration of the «{key}», {Q} paid «{val}».",
			"When the «{key}» was restored, the bill came to «{val}».",
		},
		ask: "What exactly did the restoration of the {key} cost?",
		val: "{amt}",
	},
	"approve": {
		facts:  []string{"The inspectors «did not approve» the wiring of the «{key}» in {m}.", "The wiring of the «{key}» was «never approved» by the inspectors."},
		others: []string{"The inspectors did approve the wiring of the {key} in {m}.", "The wiring of the {key} was approved by the inspectors."},
		ask:    "Of which place was the wiring not approved by the inspectors?",
	},
	"insure": {
		facts:  []string{"In that year, the parish «did not insure» the «{key}».", "The «{key}» was «never insured» by the parish."},
		others: []string{"In that year, the parish did insure the {key}.", "The {key} was insured by the parish in {m}."},
		ask:    "Which place was not insured by the parish?",
	},
	"holder": {
		facts: []string{
			"The key to the «{key}» is «held by {val}».",
			"For years, the key to the «{key}» has been «kept by {val}».",
			"In {m}, the key to the «{key}» was «given to {val}».",
		},
		val: "{P}",
	},
	"home": {
		facts: []string{
			"Parcels reach «{key} at {val}».",
			"In the directory one finds «{key} of {val}».",
			"The doctor was called to «{key} at {val}» on {date}.",
		},
		ask: "At which address does the person live who has the key to the {key}?",
		val: "{addr}",
	},
}
