package dataset

import (
	"strings"
	"unicode"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/tokenize"
)

// A Question is an item as it is put to arms and to a reader.
type Question struct {
	// Item has in Context what an arm may shorten, and in Question what a reader is
	// asked about it. Context is empty if all of a source file is the question.
	Item eval.Item

	// Prompt returns the reader's prompt with context in place of Item.Context. With
	// that itself, it is the authors' prompt byte for byte.
	Prompt func(context string) string
}

// Ask divides an item into what may be shortened and what is asked.
//
// Of a code task the last lines, of at most 256 tokens but at least one line, are the
// question, and an arm sees only the code in front of them, as in [eval.CodeItems]: a
// reader goes on from them. An input is the file's own code that follows the context, so
// that the two are one text first. Of other tasks the context may be shortened, [Task.Query]
// is the question, and the prompt has the item's own input.
func (t Task) Ask(item eval.Item, counter tokenize.Counter) Question {
	if t.Kind == Code {
		return t.askCode(item, counter)
	}
	input := item.Question
	item.Question = t.Query(item)
	return Question{Item: item, Prompt: func(context string) string { return t.Fill(context, input) }}
}

func (t Task) askCode(item eval.Item, counter tokenize.Counter) Question {
	text := item.Context + item.Question
	at := tailAt(text, codeTail, counter)
	tail := text[at:]
	item.Context, item.Question = text[:at], tail
	return Question{Item: item, Prompt: func(context string) string {
		// What is kept may lack the line end that the tail relies on.
		if context != "" && !strings.HasSuffix(context, "\n") {
			context += "\n"
		}
		return t.Fill(context+tail, "")
	}}
}

// Query returns what a user with this task would ask about the item's context, for
// compressors that want to know. It is the item's input, which in few-shot tasks is all
// that follows the examples (in TriviaQA a passage and its question), and in LongBench v2
// the question with its choices. Where an item has no input, for a summary or a count, it
// is [Task.Instruction]. Of code it is the last lines, of at most 256 words; [Task.Ask] has
// a tokenizer's count and says the same to arms and readers.
func (t Task) Query(item eval.Item) string {
	if t.Kind == Code {
		text := item.Context + item.Question
		return text[tailAt(text, codeTail, eval.Words):]
	}
	if strings.TrimSpace(item.Question) == "" {
		return t.Instruction
	}
	return item.Question
}

// codeTail is how many tokens of code a reader sees in any case, at most.
const codeTail = 256

// tailAt returns where the last lines of text begin that count at most limit together, at
// least the last one that is not blank and, so that blank lines cost no time, at most
// limit lines.
func tailAt(text string, limit int, counter tokenize.Counter) int {
	lineStart := func(end int) int { return strings.LastIndexByte(text[:end], '\n') + 1 }
	at := lineStart(len(strings.TrimRightFunc(text, unicode.IsSpace)))
	for range limit {
		if at == 0 {
			break
		}
		next := lineStart(at - 1)
		if counter.Count(text[next:]) > limit {
			break
		}
		at = next
	}
	return at
}
