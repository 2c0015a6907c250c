"""How line lists call their columns and what they write in them: in English, 简体 and 繁體."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _meaning(said: dict[str, str]) -> dict[str, str]:
    """{word: what it means in our words}, from the words for each meaning."""
    return {word: means for means, words in said.items() for word in words.split()}


# By slot: what a column's name is (the first list), and what it need only contain (the second). Names are compared
# in small letters, without blanks and marks. The order counts: the first slot that fits is taken.
NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "contact_of": (
        _words("contactof infector source indexcase index sourcecase 密接于 密接於 指示病例 接触病例 接觸病例"),
        _words("contactof indexcase 关联病例 關聯病例 感染来源 感染來源 接触的病例 接觸的病例 病例编号关联"),
    ),
    "id_number": (
        _words("idnumber nationalid identitynumber idcard idno 身份证 身份證 身份证号 身份證號 证件号 證件號"),
        _words("身份证 身份證 证件号 證件號 idcard nationalid identitynumber"),
    ),
    "case_number": (
        _words(
            "caseid casenumber caseno patientid patientno id recordid 病例编号 病例編號 编号 編號 个案编号 "
            "個案編號 病案号 病案號 住院号 住院號 登记号 登記號"
        ),
        _words("caseid casenumber patientid 病例编号 病例編號 个案编号 個案編號 住院号 住院號 卡片编号"),
    ),
    "serial": (
        _words("no nr number serial sn row 序号 序號 序"),
        _words("序号 序號"),
    ),
    "phone": (
        _words("phone tel telephone mobile cell phonenumber 电话 電話 手机 手機 手机号 手機號"),
        _words("phone mobile telephone 电话 電話 手机 手機 联系方式 聯繫方式 联络电话"),
    ),
    "sex": (
        _words("sex gender 性别 性別"),
        _words("gender 性别 性別"),
    ),
    "birth_date": (
        _words("dob birthdate dateofbirth birthday 出生日期 生日 出生年月 出生年月日"),
        _words("birth 出生"),
    ),
    "age": (
        _words("age ageyears 年龄 年齡 岁数 歲數"),
        _words("年龄 年齡 ageinyears"),
    ),
    "onset": (
        _words("onset onsetdate dateofonset symptomonset 发病日期 發病日期 发病时间 發病時間 起病日期"),
        _words("onset 发病 發病 起病 症状出现 症狀出現"),
    ),
    "report_date": (
        _words("reported reportdate dateofreport datereported notified 报告日期 報告日期 上报日期 上報日期"),
        _words("reportdate datereport notification 报告日 報告日 报告时间 報告時間 上报 上報 登记日期 登記日期"),
    ),
    "test_date": (
        _words("testdate sampledate dateoftest specimendate 采样日期 採樣日期 检测日期 檢測日期"),
        _words("sampledate testdate specimendate 采样 採樣 检测日 檢測日"),
    ),
    "test_result": (
        _words("result testresult pcr pcrresult labresult 核酸 核酸结果 核酸結果 检测结果 檢測結果"),
        _words("testresult pcr labresult 核酸 检测结果 檢測結果 检验结果 檢驗結果"),
    ),
    "outcome_date": (
        _words("outcomedate dateofoutcome deathdate dateofdeath 转归日期 轉歸日期 死亡日期 出院日期"),
        _words("outcomedate dateofdeath deathdate dischargedate 转归日 轉歸日 死亡日 出院日"),
    ),
    "outcome": (
        _words("outcome finaloutcome 转归 轉歸 结局 結局"),
        _words("outcome 转归 轉歸 结局 結局"),
    ),
    "classification": (
        _words("class classification casestatus status 病例分类 病例分類 诊断 診斷 分类 分類 诊断类型"),
        _words("classification casestatus 病例分类 病例分類 病例类型 病例類型 诊断状态"),
    ),
    "temperature": (
        _words("temperature temp bodytemperature 体温 體溫"),
        _words("temperature 体温 體溫"),
    ),
    "symptoms": (
        _words("symptoms symptom signs 症状 症狀 临床表现 臨床表現"),
        _words("symptom 症状 症狀 临床表现 臨床表現"),
    ),
    "exposure": (
        _words("exposure exposurehistory travelhistory 接触史 接觸史 暴露史 旅居史 流行病学史 流行病學史"),
        _words("exposure travelhistory 接触史 接觸史 暴露 旅居 流行病学 流行病學"),
    ),
    "address": (
        _words("address residence homeaddress location 住址 地址 现住址 現住址 家庭住址 居住地"),
        _words("address residence 住址 地址 居住"),
    ),
    "name": (
        _words("name fullname patientname patient 姓名 患者姓名 病人 名字 患者"),
        _words("fullname patientname casename 姓名"),
    ),
}

# By slot: what its cells say and what that means in our words. Compared in small letters.
WORDS: dict[str, dict[str, str]] = {
    "sex": _meaning(
        {
            "male": "m male man boy 男 男性",
            "female": "f female woman girl 女 女性",
        }
    ),
    "test_result": _meaning(
        {
            "positive": "positive pos + 阳性 陽性 阳",
            "negative": "negative neg - 阴性 陰性 阴",
            "inconclusive": "inconclusive indeterminate 可疑 弱阳性",
        }
    ),
    "outcome": _meaning(
        {
            "died": "died dead death deceased 死亡",
            "recovered": "recovered cured recover 治愈 痊愈 治癒 痊癒",
            "discharged": "discharged 出院 治愈出院 治癒出院",
        }
    ),
    "classification": _meaning(
        {
            "confirmed": "confirmed 确诊 確診 确诊病例 確診病例",
            "suspected": "suspected suspect 疑似 疑似病例",
            "probable": "probable 可能病例",
            "clinical": "clinical 临床诊断 臨床診斷 临床诊断病例 臨床診斷病例",
            "asymptomatic": "asymptomatic 无症状 無症狀 无症状感染者 無症狀感染者",
            "discarded": "discarded excluded 排除 排除病例",
        }
    ),
}
# Cells of these columns that state nothing: still ill, not yet tested.
NOTHING: dict[str, tuple[str, ...]] = {
    "test_result": ("未检", "未檢", "待检", "待檢", "pending", "not tested"),
    "outcome": ("alive", "ill", "in hospital", "在院", "住院", "治疗中", "治療中", "在治", "住院中"),
}

# A column named by a symptom, with yes and no in it.
SYMPTOMS: dict[str, str] = _meaning(
    {
        "fever": "fever 发热 發熱 发烧 發燒",
        "cough": "cough 咳嗽 干咳 乾咳",
        "shortness_of_breath": "shortnessofbreath dyspnoea dyspnea 呼吸困难 呼吸困難 气促 氣促",
        "rash": "rash 皮疹",
        "headache": "headache 头痛 頭痛",
        "diarrhoea": "diarrhoea diarrhea 腹泻 腹瀉",
        "vomiting": "vomiting 呕吐 嘔吐",
        "weakness": "weakness 乏力",
        "muscle_pain": "musclepain 肌肉酸痛 肌肉痠痛",
        "abdominal_pain": "abdominalpain 腹痛",
    }
)
YES_NO: dict[str, bool] = {
    **dict.fromkeys(_words("yes y true 1 有 是 √ +"), True),
    **dict.fromkeys(_words("no n false 0 无 無 否 × -"), False),
}
UNKNOWN = _words("na n/a #n/a unknown unk 不详 不詳 未知 / -- —")
DISEASES: dict[str, tuple[str, ...]] = {
    "covid-19": _words("covid sars-cov-2 新冠 新型冠状病毒 新型冠狀病毒"),
    "measles": _words("measles 麻疹"),
    "mers": _words("mers 中东呼吸 中東呼吸"),
    "ebola": _words("ebola 埃博拉 伊波拉"),
}
