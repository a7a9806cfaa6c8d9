"""Other names of points: prefixes of meridians, pinyin, old spellings, traditional characters.

Prefixes are those of English-language trials and textbooks (`UB23`, `Du 4`,
`SJ5`). `L` and `S` alone are left out: `L4` and `S3` are segments of the cord.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["MERIDIANS", "OTHER_NAMES", "PREFIXES", "fold_name", "simplified"]

MERIDIANS: Mapping[str, str] = MappingProxyType(
    {
        "LU": "Lung",
        "LI": "Large Intestine",
        "ST": "Stomach",
        "SP": "Spleen",
        "HT": "Heart",
        "SI": "Small Intestine",
        "BL": "Bladder",
        "KI": "Kidney",
        "PC": "Pericardium",
        "TE": "Triple Energizer",
        "GB": "Gallbladder",
        "LR": "Liver",
        "GV": "Governor Vessel",
        "CV": "Conception Vessel",
    }
)
"""WHO code of each meridian, and its name."""

_OTHER_PREFIXES = {
    "LI": "CO COLON",
    "HT": "H HE",
    "BL": "B UB URINARYBLADDER",
    "KI": "K KD KID",
    "PC": "P PE HC",
    "TE": "SJ TB TH TW SANJIAO TRIPLEBURNER TRIPLEHEATER TRIPLEWARMER",
    "GB": "G",
    "LR": "LIV LV",
    "GV": "DM DU DUMAI",
    "CV": "REN RENMAI RM RN",
}

PREFIXES: Mapping[str, str] = MappingProxyType(
    {code: code for code in MERIDIANS}
    | {name.replace(" ", "").upper(): code for code, name in MERIDIANS.items()}
    | {prefix: code for code, prefixes in _OTHER_PREFIXES.items() for prefix in prefixes.split()}
)
"""Prefix in capitals, without spaces, to WHO meridian code."""

OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "danzhong": ("CV17",),
        "earshenmen": ("AUR-TF4",),
        "heliao": ("LI19", "TE22"),
        "huatuojiaji": ("EX-B2",),
        "juegu": ("GB39",),
        "linqi": ("GB15", "GB41"),
        "qiaoyin": ("GB11", "GB44"),
        "renzhong": ("GV26",),
        "sanli": ("LI10", "ST36"),
        "shanzhong": ("CV17",),
        "shiqizhuixia": ("EX-B8",),
        "tanzhong": ("CV17",),
        "tonggu": ("BL66", "KI20"),
        "wuli": ("LI13", "LR10"),
        "yangguan": ("GB33", "GV3"),
        "yaotongxue": ("EX-UE7",),
        "zanzhu": ("BL2",),
        "人中": ("GV26",),
        "华佗夹脊": ("EX-B2",),
        "十七椎下": ("EX-B8",),
        "绝骨": ("GB39",),
        "腰痛穴": ("EX-UE7",),
    }
)
"""Names in use beside the WHO's, folded; more than one code where a name is shared."""

# Each traditional or variant character stands above the simplified one of the points' names.
_TRADITIONAL = (
    "絲豐臨鄉雲僕侖崙倉會俠兌關養內衝沖勞華卻歷厲厭釐參臺後聽啞處復頭夾孫宮賓帶庫強歸當"
    "懸戶揚攢機條來極樞橫氣溝濼澤漿湧淵瀆溫滿靈點犢獨璣環蓋竅窩竇築綱經結絡維縫縮聰腸腎"
    "膽脈腦榮營虛蟲貞車輒輔邊裡鍾鐘長門間闌闕陽陰際隱頂顱頸頰頷顴風飛髖鬢魚鳩鶴齦崑兪郤窌絕裏"
)
_SIMPLIFIED = (
    "丝丰临乡云仆仑仑仓会侠兑关养内冲冲劳华却历厉厌厘参台后听哑处复头夹孙宫宾带库强归当"
    "悬户扬攒机条来极枢横气沟泺泽浆涌渊渎温满灵点犊独玑环盖窍窝窦筑纲经结络维缝缩聪肠肾"
    "胆脉脑荣营虚虫贞车辄辅边里钟钟长门间阑阙阳阴际隐顶颅颈颊颔颧风飞髋鬓鱼鸠鹤龈昆俞郄髎绝里"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplified(text: str) -> str:
    """A point's name with the traditional characters of point names made simplified.

    Examples
    --------
    >>> simplified("腎俞")
    '肾俞'
    """
    return text.translate(_TO_SIMPLIFIED)


def fold_name(text: str) -> str:
    """A name without tones, spaces, hyphens, apostrophes and case.

    Tone digits go only when every syllable has one, so that `tianshu25` stays unknown.

    Examples
    --------
    >>> fold_name("Shèn-shù"), fold_name("shen4 shu4"), fold_name("tianshu25")
    ('shenshu', 'shenshu', 'tianshu25')
    """
    letters = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    joined = re.sub(r"[\s\-_'’.]+", "", bare).casefold()
    if re.fullmatch(r"(?:[a-z]+[1-5]){2,}", joined):
        joined = re.sub(r"\d", "", joined)
    return simplified(joined)
