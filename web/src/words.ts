// The page's words in English and Chinese; a test holds that both languages have the same.

export const ENGLISH = {
  listen: "Listen", compose: "Compose", recognize: "Recognize", models: "Models",
  skip: "Skip to the content", language: "中文", theme: "Dark or light", views: "Views",
  keyAsked: "This server wants a key. `segue keys make` makes one.", key: "Key", enter: "Enter",
  listener: "Listener", nobody: "Nobody has listened yet. Import a history, or set your player to this server.",
  import: "Import a history", dropHere: "Drop an export here, or choose a file", dryRun: "Only count",
  read: "read", fresh: "new", known: "known already", dropped: "dropped", broken: "broken", cancel: "Stop", resume: "Go on",
  taste: "Your taste", card: "Scorecard", cardSays: "Of {songs} songs that you came to hear since {since}, among {among}: in {auc} of pairs they stood above another song (popularity: {popularity}); {first} were among the first 50.", cardNone: "Nothing new was heard lately that the model does not know from its tuning.", tags: "Tags", artists: "Artists", less: "Less of this", recommendations: "What comes next",
  sentence: "A taste in words", sentenceHint: "quiet piano for a rainy evening", diversity: "Variety", show: "Show",
  like: "Like", dislike: "Dislike", hide: "Hide", why: "Why", whyNot: "Why not …?", whyNotHint: "Artist, or Artist - Title",
  rank: "Rank {rank}: {because}", playlist: "Take it along", format: "Format", tuneNow: "Tune now",
  speaksFor: "speaks for it", speaksAgainst: "speaks against it", popularity: "known to many",
  newTune: "New tune", open: "Open a file", save: "Save as", undo: "Undo", redo: "Redo", tune: "Tune (ABC)",
  style: "Style", keyOf: "Key", metre: "Metre", form: "Form", any: "as it is", bars: "Bars", locked: "locked",
  askChords: "New chords", askHarmony: "Harmony", askOther: "Other chords", askMelody: "Melody", askInfill: "Redraw bars", askParts: "Band", askPhrase: "A phrase", askPiece: "A whole piece", askWords: "Words",
  alternatives: "Alternatives", accept: "Take", reject: "Leave", play: "Play", stop: "Stop", drawing: "Drawing … {bars} bars",
  original: "Original", near: "Much of it stands in a known tune", pianoRoll: "Piano roll", score: "Score", pickBars: "Click bars to lock them; the rest is redrawn.",
  dropAny: "Drop a score, chords, words or a recording here, or choose a file", notSure: "Not sure", evidence: "Because of", itIs: "It is", learn: "Learn it", told: "By my own styles", learned: "Learned: {labels}",
  without: "{drop} less without it", runs: "Tuned models", before: "before", after: "after", served: "served", serve: "Serve",
  rollback: "Go back to the one before", tuneAgain: "Tune on all listens", review: "Held words", accepted: "Accept", rejected: "Reject",
  nothingHeld: "Nothing is held.", myData: "My data", export: "Export all", erase: "Erase me", eraseSure: "Erase all that is kept of {name}?",
  erased: "{rows} rows, {files} files and {keys} keys are gone.", jobs: "Jobs", waiting: "waiting", running: "running", done: "done",
  failed: "failed", cancelled: "stopped", made: "made", curve: "Learning curve", page: "Segue, what comes next?",
  importHint: "Spotify, ListenBrainz, Last.fm, Maloja, Koito, Rockbox, CSV or JSON, zipped or not; it is told from the content.",
  sending: "Sending {name} …",
  tasteCounts: "{songs} songs, {plays} plays.",
  tasteMostly: "Mostly {tags}.",
  tasteMore: "Lately more {tag}.",
  tasteFewer: "Lately less {tag}.",
  comma: ", ",
  halfLife: "A play weighs half after",
  usual: "as usual",
  never: "a hundred years: nothing fades",
  asTable: "As a table",
  since: "Since",
  overTime: "Share of plays over time",
  popular: "Popularity",
  chance: "Chance",
  newHere: "new",
  probability: "How probable it is that you like it",
  forWords: "For “{words}”",
  retired: "figures alone",
  takeBack: "Take back",
  tookBack: "Taken back: {name}.",
  whatISaid: "What I said",
  saidLike: "More like {name}.",
  saidDislike: "Less like {name}.",
  saidHide: "{name} is hidden.",
  playlistHint: "The list as it stands, for your player",
  instead: "Without {songs} it would stand at {rank}, not {now}.",
  nearest: "nearest: {name} ({share})",
  takeOut: "Save, or drag out:",
  takeOutHint: "Click to save; drag to a folder or another program",
  edit: "Edit",
  alternative: "Alternative",
  sketch: "Being written",
  offered: "{n} alternatives",
  taken: "Alternative {n} is on the desk.",
  byStyle: "by style",
  barsOf: "Bars",
  partsOf: "Band",
  wordsIn: "Words in",
  about: "About",
  themeHint: "rain, home",
  wishes: "What is asked for",
  pathOf: "Or a file on the server",
  listening: "Looking closely …",
  tellAgain: "Tell it again, by what was learned",
  metric: "Figure",
  whose: "Whose",
  noRuns: "Nothing is tuned yet.",
  gathered: "Gathered {fresh} new pairs of a listener and a song, and read {replayed} old ones again.",
  wentOn: "Went on from {since}.",
  beganAnew: "Tuned anew; compared with {since}.",
  oldTest: "What was held out before ({size} pairs): {metric} {before} → {after}.",
  newTest: "What was held out of the new ({size} pairs): {metric} {before} → {after}.",
  noNewTest: "Too little is new to hold any of it out.",
  promoted: "Served.",
  kept: "Not served.",
  isBetter: "It is better, and forgot nothing.",
  isNoBetter: "It is no better than what is served.",
  forgets: "It lost more than {tolerance} on what was held out before.",
  allFigures: "All figures",
  noCurve: "No curve was kept of this run.",
} as const;

export type Word = keyof typeof ENGLISH;

export const CHINESE: Record<Word, string> = {
  listen: "聆听", compose: "创作", recognize: "识别", models: "模型",
  skip: "跳到正文", language: "English", theme: "深色或浅色", views: "页面",
  keyAsked: "此服务器需要密钥，用 segue keys make 生成。", key: "密钥", enter: "进入",
  listener: "听众", nobody: "还没有收听记录。请导入记录，或把播放器指向本服务器。",
  import: "导入收听记录", dropHere: "把导出文件拖到这里，或选择文件", dryRun: "只统计",
  read: "已读", fresh: "新增", known: "已有", dropped: "略去", broken: "损坏", cancel: "停止", resume: "继续",
  taste: "你的口味", card: "成绩单", cardSays: "自 {since} 以来你新听的 {songs} 首歌（共 {among} 首候选）：{auc} 的配对中排在另一首之前（按流行度：{popularity}）；其中 {first} 首进入前 50。", cardNone: "最近没有模型在微调中未见过的新歌。", tags: "标签", artists: "艺人", less: "少来这个", recommendations: "接下来听什么",
  sentence: "用一句话描述", sentenceHint: "雨夜里安静的钢琴", diversity: "多样性", show: "显示",
  like: "喜欢", dislike: "不喜欢", hide: "隐藏", why: "为什么", whyNot: "为什么没有……？", whyNotHint: "艺人，或 艺人 - 曲名",
  rank: "第 {rank} 位：{because}", playlist: "带走", format: "格式", tuneNow: "现在微调",
  speaksFor: "支持", speaksAgainst: "反对", popularity: "广为人知",
  newTune: "新曲", open: "打开文件", save: "另存为", undo: "撤销", redo: "重做", tune: "曲谱（ABC）",
  style: "风格", keyOf: "调", metre: "拍号", form: "曲式", any: "保持原样", bars: "小节", locked: "已锁定",
  askChords: "新和弦", askHarmony: "配和弦", askOther: "换和弦", askMelody: "写旋律", askInfill: "重写小节", askParts: "配乐队", askPhrase: "写乐句", askPiece: "写整首", askWords: "写歌词",
  alternatives: "备选", accept: "采用", reject: "不要", play: "播放", stop: "停止", drawing: "正在写……{bars} 小节",
  original: "原创", near: "多处与已知曲调相同", pianoRoll: "钢琴卷帘", score: "乐谱", pickBars: "点击小节可锁定，其余重写。",
  dropAny: "把乐谱、和弦、歌词或录音拖到这里，或选择文件", notSure: "不确定", evidence: "依据", itIs: "其实是", learn: "记住", told: "按我自己的风格", learned: "已学：{labels}",
  without: "去掉后降低 {drop}", runs: "调好的模型", before: "之前", after: "之后", served: "使用中", serve: "使用",
  rollback: "回到上一个", tuneAgain: "用全部收听记录微调", review: "待审文字", accepted: "通过", rejected: "拒绝",
  nothingHeld: "没有待审的文字。", myData: "我的数据", export: "全部导出", erase: "删除我", eraseSure: "删除 {name} 的全部数据吗？",
  erased: "已删除 {rows} 行、{files} 个文件、{keys} 个密钥。", jobs: "任务", waiting: "等待中", running: "进行中", done: "完成",
  failed: "失败", cancelled: "已停止", made: "制作于", curve: "学习曲线", page: "Segue，接下来是什么？",
  importHint: "Spotify、ListenBrainz、Last.fm、Maloja、Koito、Rockbox、CSV 或 JSON，压缩与否均可；按内容识别。",
  sending: "正在发送 {name}……",
  tasteCounts: "{songs} 首歌，播放 {plays} 次。",
  tasteMostly: "以 {tags} 为主。",
  tasteMore: "最近更多听 {tag}。",
  tasteFewer: "最近较少听 {tag}。",
  comma: "、",
  halfLife: "播放的分量减半需",
  usual: "默认",
  never: "一百年：从不淡去",
  asTable: "表格",
  since: "起始",
  overTime: "各标签在播放中的占比变化",
  popular: "流行度",
  chance: "随机",
  newHere: "新",
  probability: "你喜欢它的概率",
  forWords: "按“{words}”",
  retired: "仅存指标",
  takeBack: "收回",
  tookBack: "已收回：{name}。",
  whatISaid: "我评价过的",
  saidLike: "多来些 {name} 这样的。",
  saidDislike: "少来些 {name} 这样的。",
  saidHide: "已隐藏 {name}。",
  playlistHint: "把当前列表带到播放器",
  instead: "没有 {songs}，它会排在第 {rank} 位，而不是第 {now} 位。",
  nearest: "最近的曲子：{name}（{share}）",
  takeOut: "保存，或拖出：",
  takeOutHint: "点击保存；也可拖到文件夹或其他程序",
  edit: "编辑",
  alternative: "备选",
  sketch: "正在写",
  offered: "{n} 个备选",
  taken: "已采用备选 {n}。",
  byStyle: "按风格",
  barsOf: "小节数",
  partsOf: "乐队",
  wordsIn: "歌词语言",
  about: "主题",
  themeHint: "雨、家",
  wishes: "要求",
  pathOf: "或服务器上的文件",
  listening: "正在细看……",
  tellAgain: "按学到的再判断",
  metric: "指标",
  whose: "谁的",
  noRuns: "还没有微调过。",
  gathered: "收集 {fresh} 条新的“听众–歌曲”记录，重读 {replayed} 条旧的。",
  wentOn: "从 {since} 接着微调。",
  beganAnew: "从头微调，与 {since} 比较。",
  oldTest: "旧测试集（{size} 对）：{metric} {before} → {after}。",
  newTest: "新测试集（{size} 对）：{metric} {before} → {after}。",
  noNewTest: "新记录太少，未留出测试集。",
  promoted: "已启用。",
  kept: "未启用。",
  isBetter: "比原来好，且没有遗忘。",
  isNoBetter: "不比使用中的更好。",
  forgets: "在旧测试集上下降超过 {tolerance}。",
  allFigures: "全部指标",
  noCurve: "此次没有保存曲线。",
};

export type Language = "en" | "zh";

let language: Language = "en";

export function setLanguage(to: Language): void {
  language = to;
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
  localStorage.setItem("language", to);
}

export function languageNow(): Language {
  return language;
}

export function preferredLanguage(): Language {
  const kept = localStorage.getItem("language");
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

export function t(word: Word, values: Record<string, string | number> = {}): string {
  const text: string = (language === "zh" ? CHINESE : ENGLISH)[word];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

// What the server says in English alone: why a row of an export was left.
const SAID: Record<string, string> = {
  incognito: "无痕收听", podcast: "播客", audiobook: "有声书", "no song named": "没有曲名", "no time": "没有时间", "in the future": "时间在未来",
  "playing now, not played yet": "正在播放，尚未听完", "blank line": "空行", "feedback taken back": "已撤回的评价",
  "feedback on a recording that no listen names": "评价的录音没有收听记录", "comment or blank line": "注释或空行",
};

export function plain(said: string): string {
  return language === "zh" ? (SAID[said] ?? said) : said;
}
