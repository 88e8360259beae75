package policy

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// templates are the prompts of THUDM/LongBench (MIT), config/dataset2prompt.json,
// with C for the context and I for the input.
var templates = map[string]string{
	"narrativeqa":     "You are given a story, which can be either a novel or a movie script, and a question. Answer the question asconcisely as you can, using a single phrase if possible. Do not provide any explanation.\n\nStory: {C}\n\nNow, answer the question based on the story asconcisely as you can, using a single phrase if possible. Do not provide any explanation.\n\nQuestion: {I}\n\nAnswer:",
	"qasper":          "You are given a scientific article and a question. Answer the question as concisely as you can, using a single phrase or sentence if possible. If the question cannot be answered based on the information in the article, write \"unanswerable\". If the question is a yes/no question, answer \"yes\", \"no\", or \"unanswerable\". Do not provide any explanation.\n\nArticle: {C}\n\n Answer the question based on the above article as concisely as you can, using a single phrase or sentence if possible. If the question cannot be answered based on the information in the article, write \"unanswerable\". If the question is a yes/no question, answer \"yes\", \"no\", or \"unanswerable\". Do not provide any explanation.\n\nQuestion: {I}\n\nAnswer:",
	"multifieldqa_en": "Read the following text and answer briefly.\n\n{C}\n\nNow, answer the following question based on the above text, only give me the answer and do not output any other words.\n\nQuestion: {I}\nAnswer:",
	"multifieldqa_zh": "阅读以下文字并用中文简短回答：\n\n{C}\n\n现在请基于上面的文章回答下面的问题，只告诉我答案，不要输出任何其他字词。\n\n问题：{I}\n回答：",
	"hotpotqa":        passages,
	"2wikimqa":        passages,
	"musique":         passages,
	"dureader":        "请基于给定的文章回答下述问题。\n\n文章：{C}\n\n请基于上述文章回答下面的问题。\n\n问题：{I}\n回答：",
	"qmsum":           "You are given a meeting transcript and a query containing a question or instruction. Answer the query in one or more sentences.\n\nTranscript:\n{C}\n\nNow, answer the query based on the above meeting transcript in one or more sentences.\n\nQuery: {I}\nAnswer:",

	"gov_report":           "You are given a report by a government agency. Write a one-page summary of the report.\n\nReport:\n{C}\n\nNow, write a one-page summary of the report.\n\nSummary:",
	"multi_news":           "You are given several news passages. Write a one-page summary of all news. \n\nNews:\n{C}\n\nNow, write a one-page summary of all the news.\n\nSummary:",
	"vcsum":                "下面有一段会议记录，请你阅读后，写一段总结，总结会议的内容。\n会议记录：\n{C}\n\n会议总结：",
	"trec":                 "Please determine the type of the question below. Here are some examples of questions.\n\n{C}\n{I}",
	"triviaqa":             "Answer the question based on the given passage. Only give me the answer and do not output any other words. The following are some examples.\n\n{C}\n\n{I}",
	"samsum":               "Summarize the dialogue into a few short sentences. The following are some examples.\n\n{C}\n\n{I}",
	"lsht":                 "请判断给定新闻的类别，下面是一些例子。\n\n{C}\n{I}",
	"passage_count":        "There are some paragraphs below sourced from Wikipedia. Some of them may be duplicates. Please carefully read these paragraphs and determine how many unique paragraphs there are after removing duplicates. In other words, how many non-repeating paragraphs are there in total?\n\n{C}\n\nPlease enter the final count of unique paragraphs after removing duplicates. The output format should only contain the number, such as 1, 2, 3, and so on.\n\nThe final answer is: ",
	"passage_retrieval_en": "Here are 30 paragraphs from Wikipedia, along with an abstract. Please determine which paragraph the abstract is from.\n\n{C}\n\nThe following is an abstract.\n\n{I}\n\nPlease enter the number of the paragraph that the abstract is from. The answer format must be like \"Paragraph 1\", \"Paragraph 2\", etc.\n\nThe answer is: ",
	"passage_retrieval_zh": "以下是若干段落文字，以及其中一个段落的摘要。请确定给定的摘要出自哪一段。\n\n{C}\n\n下面是一个摘要\n\n{I}\n\n请输入摘要所属段落的编号。答案格式必须是\"段落1\"，\"段落2\"等格式\n\n答案是：",
	"lcc":                  "Please complete the code given below. \n{C}Next line of code:\n",
	"repobench-p":          "Please complete the code given below. \n{C}{I}Next line of code:\n",
}

const passages = "Answer the question based on the given passages. Only give me the answer and do not output any other words.\n\nThe following are given passages.\n{C}\n\nAnswer the question based on the given passages. Only give me the answer and do not output any other words.\n\nQuestion: {I}\nAnswer:"

// questionTasks ask about a text; all others need its wording, show examples, or
// are about code.
var questionTasks = set("narrativeqa qasper multifieldqa_en multifieldqa_zh hotpotqa 2wikimqa musique dureader qmsum")

// TestSplitLongBench splits the prompts of MiniLongBench, if they are there. Of
// questions at least nine in ten split, with nine tenths of the context covered;
// of the other tasks none does. Contexts that are LaTeX are counted apart: their
// formulas are left out, as they should be.
func TestSplitLongBench(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench")
	}
	for task, template := range templates {
		rows := longBench(t, filepath.Join(dir, "minilongbench", task+".jsonl"))
		split, context, covered, least := 0, 0, 0, 100.0
		formulas, broad := 0, 0
		reasons := map[Reason]int{}
		for _, row := range rows {
			before, after, _ := strings.Cut(template, "{C}")
			before = strings.ReplaceAll(before, "{I}", row.Input)
			prompt := before + row.Context + strings.ReplaceAll(after, "{I}", row.Input)
			s := SplitMessage([]string{prompt}, Tail{})
			reasons[s.Reason]++
			if strings.Count(row.Context, "\\begin{") > 3 {
				formulas++
				continue
			}
			if s.Reason == ReasonNotPointed { // right, whatever the template
				broad++
				continue
			}
			if !s.OK {
				continue
			}
			split++
			checkSplit(t, []string{prompt}, s)
			if s.Question != strings.TrimSpace(row.Input) {
				t.Errorf("%s: the question is %q, want %q", task, s.Question, row.Input)
			}
			n := 0
			for _, p := range s.Contexts {
				n += p.End - p.Start
				if p.Start < len(before) || p.End > len(before)+len(row.Context) {
					t.Errorf("%s: a piece leaves the context", task)
				}
			}
			context += len(row.Context)
			covered += n
			least = min(least, float64(n)*100/float64(len(row.Context)))
		}
		asked := len(rows) - formulas - broad
		t.Logf("%-21s %2d of %2d split, %5.1f %% of their context covered, least %5.1f %%, %v, LaTeX %d", task, split, asked,
			float64(covered)*100/float64(max(context, 1)), least, reasons, formulas)
		switch {
		case len(rows) == 0:
		case !questionTasks[task] && split > 0:
			t.Errorf("%s was split", task)
		case questionTasks[task] && (split*10 < asked*9 || broad*2 > len(rows)+2 || covered*10 < context*9):
			t.Errorf("%s: %d of %d split, %d of %d bytes", task, split, asked, covered, context)
		}
	}
}

type longBenchRow struct{ Input, Context string }

func longBench(t *testing.T, file string) (rows []longBenchRow) {
	f, err := os.Open(file)
	if err != nil {
		t.Logf("without %s", filepath.Base(file))
		return nil
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		var row longBenchRow
		if err := json.Unmarshal(sc.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}
