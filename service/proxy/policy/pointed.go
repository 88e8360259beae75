package policy

import "strings"

// pointed reports whether a question asks for something that stands in one place of a
// text or a few. Of others, as for what is missing, for the whole, for a judgement or
// an order of events, each sentence that goes may take a part of the answer along.
func pointed(question string) bool {
	lower := " " + strings.ToLower(strings.TrimSpace(question)) + " "
	if containsAny(lower, whole) {
		return false
	}
	word, _ := nextWord(lower)
	return !yesNo[strings.Trim(word, ".,:;!?¿¡\"'*_#")]
}

// yesNo begin questions that are answered by looking everywhere.
var yesNo = set(`is are am was were do does did can could may might must shall should has have had will would isn't aren't doesn't didn't
	ist sind war waren hat haben kann können darf dürfen muss müssen soll sollte gibt est-ce sont était peut peuvent doit doivent
	es son fue puede pueden debe deben hay`)

// whole are words of questions about all of a text, about what is not in it, about its
// words, or about what to do.
var whole = strings.Split(" all | every | each |enumerate|complete list|full list|exhaustive| list the |as many as"+
	"|how many|how often|mention| missing|contradict|inconsisten|conflict|differ| between | compare| versus | vs |red flag| except | neither | none | not | n't |n't | no "+
	"| any | anything | else| other than | total | average | sum of | sum up|timeline|in what order|in which order|chronolog|step by step| steps | sequence "+
	"|exactly|wording| quote|sentence|paragraph| word | words | phrase | title "+
	"| about? |about?|main point|main idea|main topic|key point|key idea|takeaway|gist|overview|summar|condense| outline|in short|what happened| discussed? "+
	"|sentiment|spam|rating|improve|ambiguous|should i|should we|what should|would you|obligation|liabilit|responsib|requirement| rules | allowed | must "+
	"|opinion|recommend|advice|risk|safe |correct|true|false|supported|refuted|valid|command|procedure|instructions|how do i|how can i|how do we|how to "+
	"|several questions|keep in mind| first: | ready? |questions about|translat|in german|in french|in spanish|in english|in chinese|in italian|in japanese"+
	"| alle |sämtliche| jede | jeder | jedes | jeden |vollständige liste| nicht | kein|wie viele|unterschied|widerspr|insgesamt|worum geht|zusammenfass|reihenfolge|genau | wortlaut"+
	"|tous les|toutes les| chaque |liste complète|combien de| ne | pas |différence|de quoi parle|résum|traduis|traduire"+
	"|todos los|todas las| cada |lista completa|cuántos|cuántas|diferencia|de qué trata|resum|traduc|traduz|tradurre|di cosa parla"+
	"|所有|全部|每个|每一|列出|列举|多少个|几个|几次|哪些|是否|有没有|吗|没有|区别|不同|总共|主要讲|主要内容|大意|主旨|主题|概括|总结|翻译|步骤|顺序|建议|要約|翻訳|訳して|요약|번역"+
	"|перевод|перевести|о чём|сколько|vertal|przetłumacz", "|")

// normative reports whether a text lays down rules: contracts, policies, instructions.
// Its exceptions stand in sentences that do not resemble the question, and the smallest
// word turns a rule round.
func normative(texts ...string) bool {
	n, size := 0, 0
	for _, text := range texts {
		size += len(text)
		for text != "" {
			var word string
			word, text = nextWord(text)
			if rules[strings.ToLower(strings.Trim(word, ".,:;!?()[]\"'*_#"))] {
				n++
			}
		}
	}
	return n >= leastRules && n*1000 >= rulesPer1000*size
}

// Normative is normative for one text.
func Normative(text string) bool { return normative(text) }

const (
	leastRules   = 4
	rulesPer1000 = 4 // words in 1,000 bytes; MiniLongBench's contexts have 2.5 at most
)

var rules = set(`must shall should never always only unless except required prohibited forbidden permitted may don't cannot mustn't
	muss müssen darf dürfen nur sofern verboten niemals immer stets soll sollen
	doit doivent sauf uniquement jamais toujours interdit obligatoire peut peuvent
	debe deben salvo únicamente nunca siempre prohibido obligatorio`)

// instructing are tags of what tells a model how to behave, wherever a line begins with
// one.
var instructing = []string{"<system-reminder", "<system_reminder", "<environment_details", "<environment_context", "<rules", "<rule", "<attached_files",
	"<file_content", "<instructions", "<instruction", "<user_query", "<user_instructions", "<guidelines", "<persona", "<claudemd"}

func (m *message) instructs() bool {
	for i := range m.lines {
		body := m.lines[i].body
		if len(body) == 0 || body[0] != '<' {
			continue
		}
		lower := strings.ToLower(body[:min(len(body), 64)])
		for _, tag := range instructing {
			if strings.HasPrefix(lower, tag) {
				return true
			}
		}
		if strings.Contains(lower, "claudemd") || strings.Contains(lower, "claude.md") {
			return true
		}
	}
	return false
}
