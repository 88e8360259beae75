package needle

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// english is a chronicle of small towns: councils, mills, trains, weather, letters.
var english = &language{
	code: "en", between: " ",
	topics: []topic{townHall, works, travel, letters, days, talk}, notices: notices,
	short: []string{"It rained.", "Nobody objected.", "The doors stayed shut.", "It was late by then.", "{S} agreed.", "The rest is hearsay.", "{U} did the same.", "So the matter rested until {m}."},
	slots: map[string]func(*rand.Rand) string{
		"town": func(r *rand.Rand) string { return one(r, townStarts) + one(r, townEnds) },
		"P":    func(r *rand.Rand) string { return one(r, firstNames) + " " + one(r, surnames) },
		"inst": func(r *rand.Rand) string { return one(r, institutions) },
		"m":    func(r *rand.Rand) string { return one(r, months) },
		"date": func(r *rand.Rand) string {
			return fmt.Sprintf("%d %s %d", 1+r.IntN(28), one(r, months), 1946+r.IntN(78))
		},
		"Y":    func(r *rand.Rand) string { return fmt.Sprint(1946 + r.IntN(78)) },
		"n":    func(r *rand.Rand) string { return fmt.Sprint(3 + r.IntN(95)) },
		"N":    func(r *rand.Rand) string { return thousands(1000 + r.IntN(60000)) },
		"pct":  func(r *rand.Rand) string { return fmt.Sprintf("%d percent", 2+r.IntN(90)) },
		"t":    func(r *rand.Rand) string { return fmt.Sprintf("%d:%02d", 5+r.IntN(18), 5*r.IntN(12)) },
		"code": code,
		"amt": func(r *rand.Rand) string {
			return "£" + thousands(1000+r.IntN(90000)) + fmt.Sprintf(".%02d", r.IntN(100))
		},
		"addr": func(r *rand.Rand) string {
			return fmt.Sprintf("%d %s %s", 2+r.IntN(140), one(r, surnames), one(r, streets))
		},
		"trade": func(r *rand.Rand) string { return one(r, trades) },
		"thing": func(r *rand.Rand) string { return one(r, objects) },
		"adj":   func(r *rand.Rand) string { return one(r, adjectives) },
		"group": func(r *rand.Rand) string { return one(r, groups) },
	},
	keyOf:   func(town, inst string) string { return town + " " + inst },
	surname: func(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] },
	and:     ", the ",
	facts:   factsEN,
	titles: map[string]string{
		"single": "Needle: one fact", "multikey": "Needle: one fact among its likes", "multivalue": "Needle: four values of one key",
		"multiquery": "Needle: four facts at once", "hops": "Needle: two linked facts", "negation": "Needle: the one that is not", "number": "Needle: an exact amount",
	},
	prompt: "Read the text and answer the question about it.\n\n{context}\n\nQuestion: {input}\nGive nothing but what is asked for, with commas between several things.\nAnswer:",
}

// code is two letters and four digits, as on a form.
func code(r *rand.Rand) string {
	const letters = "ABCDEFGHJKLMNPQRSTVWXYZ"
	return fmt.Sprintf("%c%c-%04d", letters[r.IntN(len(letters))], letters[r.IntN(len(letters))], 1000+r.IntN(9000))
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

var (
	townStarts   = strings.Fields(`Ald Ash Bram Brent Car Chad Cor Dal Dun East El Far Fen Gar Glen Hart Hol Hux Kel Kirk Lang Lin Mar Mor Nor Oak Os Pen Quen Ros Sel Stan Swin Thorn Tol Ul Ver Wal Wes Whit Win Yar`)
	townEnds     = strings.Fields(`bury by combe dale field ford ham hurst land ley mere minster stead thorpe ton well wick worth`)
	firstNames   = strings.Fields(`Ada Agnes Alan Amir Anna Arthur Asha Bella Bruno Carl Clara Daniel Dora Edith Elias Emma Farah Felix Frank Grace Hanna Hugo Ida Ines Ivan Jack Jane Jonas Judith Karim Kate Lena Leon Louis Lucy Mabel Marta Maya Miles Nadia Nora Oscar Owen Paula Peter Priya Ralph Rosa Ruth Samuel Sara Simon Sofia Tessa Thomas Vera Victor Walter Wendy Yusuf`)
	surnames     = strings.Fields(`Abbott Ashdown Baines Barlow Bevan Birch Calder Carver Chandra Coleman Cotter Crane Darrow Dawes Doyle Ellery Farrow Fenwick Finch Gale Garland Grieve Haddad Hale Harker Hobbs Holt Ingram Jessop Keane Kendall Lamb Larkin Lowry Mercer Milner Moss Nash Nolan Okafor Osborne Pagett Petrov Quill Raine Reeve Rossi Sadler Sayer Silva Stroud Tanner Thorne Tully Vance Wainwright Ward Weston Whelan Yates`)
	institutions = []string{"archive", "bakery", "brewery", "clinic", "dairy", "depot", "foundry", "gallery", "granary", "greenhouse", "harbour office", "laundry",
		"library", "mill", "museum", "nursery", "observatory", "orphanage", "pottery", "printing house", "pumping station", "quarry", "school", "tannery", "theatre", "town hall",
		"warehouse", "waterworks", "weather station", "workshop"}
	months     = strings.Fields(`January February March April May June July August September October November December`)
	streets    = strings.Fields(`Lane Street Road Row Close Terrace Hill Walk`)
	trades     = []string{"carpenter", "surveyor", "teacher", "printer", "clerk", "chemist", "gardener", "nurse", "mechanic", "tailor", "photographer", "porter", "violinist", "beekeeper", "plumber", "solicitor"}
	objects    = []string{"boiler", "clock", "piano", "ledger", "lathe", "staircase", "roof", "weathervane", "bell", "wagon", "map cabinet", "telescope", "cash register", "stove", "lantern", "garden gate", "set of scales", "pump"}
	adjectives = []string{"worn", "second", "borrowed", "broken", "new", "painted", "heavy", "spare", "rusty", "narrow", "handsome", "forgotten"}
	groups     = []string{"council", "choir", "board", "parish", "union", "committee", "school governors", "history society", "fire brigade", "allotment holders", "cricket club", "traders"}
)

// In a scene P, S (the surname), T (the town) and I (its institution) stay the same.
var (
	townHall = topic{
		first: []string{
			"[In|Early in|By the end of] {Y}, the {group} of {T} [met|gathered] to [discuss|argue about|vote on] the {adj} {thing} in the {I}.",
			"In {m}, the {group} of {T} had to [choose|decide] between a {thing} and [a pay rise|a new fence|a day out].",
			"[Few|Not many] meetings in {T} [were|have been] as [long|noisy|quiet] as that of {date}.",
		},
		then: []string{
			"{P}, a {trade} [by training|from {U}], [spoke|was asked to speak] for [almost|nearly|more than] {n} minutes.",
			"The motion [was carried|failed] by {n} votes, with {n} [members|people] [absent|abstaining].",
			"[According to|In] the minutes, {S} asked for {amt} and was offered {amt}.",
			"A petition with {N} signatures [reached|was handed to] the {group} on {date}.",
			"[Nobody|Hardly anyone] [doubted|disputed] that the {thing} would have to be [moved|replaced|sold] [before|after] the winter.",
			"The file, [kept|registered] under {code}, runs to {n} pages and two [drawings|maps|photographs].",
			"{Q} of {U} called the plan [\"a costly habit\"|\"better than nothing\"|\"the wrong end of the stick\"], and [left early|sat down again].",
			"[Only|About] {pct} of the households [in the valley|along the river|near the station] had [replied|paid] by {m}.",
			"It took [until {m}|another {n} weeks] before the {group} published [its answer|a correction|the figures].",
			"The chair, {Q}, [reminded everyone|noted drily] that {U} had [settled|lost] a similar case in {Y}.",
		},
	}
	works = topic{
		first: []string{
			"The {I} of {T} [employed|took on] {n} people in {Y}, [most|some] of them from {U}.",
			"[Before|After] the war, the {I} was what {T} [lived on|talked about|was known for].",
			"[Whoever|Anyone who] [grew up|lived] in {T} remembers the {I} and its {adj} {thing}.",
		},
		then: []string{
			"Its {adj} {thing} had been [bought|rented] from the {K} for {amt}.",
			"{P} [ran|managed] the {inst} [from|until] {Y} and kept [every receipt|careful notes|three dogs].",
			"On {date} the {thing} [stopped|cracked|caught fire], and the {trade} on duty [closed|locked] the gates at {t}.",
			"Repairs [were put at|came to] {amt}, which {S} thought [low|high|about right].",
			"Output [rose|fell] by {pct} [within a year|after {m}], [although|because] the {adj} {thing} was [out of use|finally repaired].",
			"A crate marked {code} [arrived|went missing] [in|before] {m} and was [never mentioned again|found behind the {thing}].",
			"The insurers sent {Q}, [who measured|who photographed] the {thing} and [asked for tea|left without a word].",
			"[Deliveries|Visitors] [came|went] by way of {U}, [a detour of {n} miles|which added {n} miles].",
			"In a good week the {inst} [sold|sent out] {N} [boxes|bottles|sheets|parcels].",
			"What [the apprentices|the night shift] remember [best|most] is [the smell of tar|the noise|the cold|the canteen].",
		},
	}
	travel = topic{
		first: []string{
			"The [first|last] train to {U} left {T} at {t} and [stopped|waited] at every halt.",
			"[Getting|The way] from {T} to {U} was [never easy|a day's work|half the fun].",
			"In {Y}, {P} set out from {T} with [two suitcases|a {adj} {thing}|no map].",
		},
		then: []string{
			"{P} missed it [twice|once] in {m} {Y}, [to the delight of|as noted by] the {trade} in the next compartment.",
			"A ticket cost {n} pence [until|after] {Y}; [season tickets|returns] were {pct} cheaper.",
			"The line was [{n} miles long|surveyed again in {Y}], with a [tunnel|viaduct] [near|below] {U}.",
			"[Snow|Flooding|A landslip] [closed|blocked] the road to {U} from {date} for {n} days.",
			"{S} [walked|cycled] the rest of the way and [arrived|knocked at the {I}] at {t}.",
			"The bus [company|timetable] listed {n} stops, [of which|though] only {n} had a shelter.",
			"Lost property from that year [includes|lists] a {adj} {thing}, {n} umbrellas and a case labelled {code}.",
			"At the junction, {Q} sold [tea|newspapers|apples] from a {adj} {thing}.",
			"Travellers [complained|wrote] to the {group} of {T}, [which replied|who answered] in {m}.",
			"In {Y}, {N} passengers [changed|got off] at {T}.",
		},
	}
	letters = topic{
		first: []string{
			"[Dear to|Known to] everyone in {T} was {P}, {trade} and [collector of stamps|keeper of bees|reader of meters].",
			"The house at {addr} [stood empty|was let] for {n} years [before|until] {P} [came|moved in].",
			"[Little|Not much] would be known about {P}, had not the {trade} next door [kept|found] the [letters|diaries].",
		},
		then: []string{
			"The [letters|diaries], {n} in all, [lie|are kept] in the {K} under {code}.",
			"[One|Another] letter, [dated|posted on] {date}, [describes|mentions] the {adj} {thing} at {addr}.",
			"{S} had [rented|bought] the house at {addr} for {amt} and [regretted it|painted it green|let the top floor].",
			"{Q} [answered|wrote back] from {addr}, {U}, [asking for|enclosing] {n} [stamps|seeds|photographs].",
			"[The handwriting|The spelling] [improves|gets worse] after {m} {Y}, [perhaps because of|in spite of] the new {thing}.",
			"A nephew [sold|gave] {n} of them to the {inst} of {U} [in|before] {Y}.",
			"[What|Whatever] {S} [thought|said] about the {group}, it is [not|hardly] in the letters.",
			"\"[The {thing} is|The roof is|Prices are] [worse|no better] than in {U},\" [wrote|noted] {Q} in {m}.",
			"The [last page|envelope] has a [sum|sketch] on it: {N} and {N}, [crossed out|underlined].",
		},
	}
	days = topic{
		first: []string{
			"{m} {Y} was the [wettest|driest|coldest] in {T} for {n} years.",
			"Nobody in {T} [expected|was ready for] what [came down|happened] on {date}.",
			"[All through|Towards the end of] {m}, {P} [watched|measured] the [river|sky|frost] from the [roof|yard] of the {I}.",
		},
		then: []string{
			"The [gauge|thermometer] at the {I} [stood|was read] at {n} when {P} [left|looked] at {t}.",
			"[Apples|Plums|Potatoes] were [scarce|plentiful], and the market asked {n} pence a [pound|basket].",
			"{S} [blamed|praised] the {group}, [as usual|for once], and [planted beans|bought a {thing}].",
			"On {date} the river rose {n} inches and [carried off|reached] the {adj} {thing} of the {inst}.",
			"[Children|The choir] from {U} sang [outside|in] the {J} for {n} minutes, [in spite of|because of] the weather.",
			"The fair [took in|raised] {amt}, [mostly|partly] from the [raffle|tombola], whose winning ticket was {code}.",
			"{Q}, [visiting|up] from {U}, thought the [cakes|prizes] [poor|excellent] and stayed at {addr}.",
			"By {t} [the square|the meadow] was [empty|full of carts|under water].",
			"A [heron|fox|stray goat] was seen [near|behind] the {inst} on {n} [mornings|evenings].",
			"[Some|Around] {N} [bulbs|saplings] were set along the road to {U}, and {pct} [survived|came up].",
		},
	}
	talk = topic{
		first: []string{
			"{P} and {Q} had not spoken [since {Y}|since the affair of the {thing}|for years].",
			"In {T} they still tell the story of {P} and the {adj} {thing}.",
			"What {P} [saw|found] behind the {I} that evening was [not|hardly] what the {trade} had expected.",
		},
		then: []string{
			"{S} said nothing and [went on reading|looked out of the window|put the kettle on].",
			"It was not the {thing} that mattered, [{S} thought|people said], but who had [left it there|paid for it].",
			"[Some|Most] say the {trade} knew; others [swear|think] that nobody did.",
			"There had never been a {thing} in the {inst}, and there [was not to be|would not be] one now.",
			"\"You will not find [it|them] in {U},\" said {Q}, [smiling|without looking up].",
			"The {group} [offered|refused] to help, which [made matters worse|surprised no one].",
			"A [dog|door|bell] was heard, then [steps|a laugh|nothing at all].",
			"[Without|For want of] a better [plan|idea], they [walked|drove] to {U} and asked for {Q}.",
			"The {trade} [could not|did not] remember the name, only the [coat|voice|limp].",
			"[Years later|To this day], {S} [would not|will not] hear a word against {U}.",
			"No one had thought to ask {Q}, who had [seen it all|slept through it|kept the other half].",
		},
	}

	// notices are of other things than what is hidden.
	notices = []string{
		"The telephone number of the {K} is {N}.",
		"Since {m}, the {K} has been open until {t}.",
		"{Q} was caretaker of the {K} [until|from] {Y}.",
		"Stock at the {K} is numbered from {code} on.",
		"The {K} bought its {thing} for {amt}.",
		"In {Y}, the {K} was [painted|rewired|measured|let] [for the first time|once more].",
		"The {thing} of the {K} has the serial number {code}.",
		"For a new {thing}, the {K} paid {amt}.",
		"Post for the {K} goes to {addr}, {U}.",
		"The {K} has never [had|needed] a {thing}.",
		"{Q} of {addr} once worked at the {K}.",
		"The {K} is [not|no longer] on the map of {Y}.",
	}
)
