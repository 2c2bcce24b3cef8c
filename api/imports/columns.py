"""Which columns a table may have, and the words for them that people write."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, get_args

from vision.names import ZONE_TYPES, ZoneType

Column = Literal[
    "district",
    "station",
    "number",
    "name",
    "risk",
    "address",
    "phone",
    "camera_number",
    "camera",
    "place",
    "zone_type",
    "rules",
    "stream_url",
]
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
OF_RESTAURANT: Final[tuple[Column, ...]] = ("name", "risk", "address", "phone")
OF_CAMERA: Final[tuple[Column, ...]] = ("camera", "place", "zone_type", "rules", "stream_url")
LONGEST: Final[dict[Column, int]] = {
    "district": 100,
    "station": 100,
    "number": 64,
    "name": 200,
    "risk": 8,
    "address": 300,
    "phone": 40,
    "camera_number": 64,
    "camera": 200,
    "place": 200,
    "zone_type": 40,
    "rules": 40,
    "stream_url": 2000,
}
# The first of each is what our own template has, by language.
HEADERS: Final[dict[Column, tuple[str, ...]]] = {
    "district": ("District", "区县", "区", "县", "行政区", "所属区", "辖区"),
    "station": ("Station", "监管所", "所", "站", "站点", "食安站", "市场监管所", "监管站",
        "所属站"),
    "number": (
        "Restaurant number", "餐馆编号", "编号", "单位编号", "主体编号", "许可证号", "许可证编号",
        "经营许可证号", "统一社会信用代码", "信用代码", "number", "licence", "license",
        "external number", "restaurant id",
    ),
    "name": (
        "Restaurant", "餐馆名称", "餐馆", "名称", "单位名称", "店名", "餐饮单位", "经营者名称",
        "企业名称", "restaurant name", "name",
    ),
    "risk": ("Static risk", "静态风险", "风险等级", "风险", "风险分级", "risk", "risk class"),
    "address": ("Address", "地址", "经营地址", "经营场所", "住所"),
    "phone": ("Phone", "电话", "联系电话", "手机", "联系方式", "telephone", "mobile"),
    "camera_number": (
        "Camera number", "摄像机编号", "摄像头编号", "设备编号", "国标编号", "通道编号",
        "camera id", "device number",
    ),
    "camera": (
        "Camera", "摄像机名称", "摄像机", "摄像头", "摄像头名称", "设备名称", "通道名称",
        "camera name",
    ),
    "place": ("Place", "安装位置", "位置", "点位", "camera place", "location"),
    "zone_type": ("Zone type", "区域类型", "区域", "功能区", "zone"),
    "rules": ("Rule pack", "规则包", "rules", "pack"),
    "stream_url": (
        "Stream address", "视频地址", "取流地址", "流地址", "rtsp", "stream", "stream url",
    ),
}  # fmt: skip
ZONE_WORDS: Final[dict[ZoneType, tuple[str, ...]]] = {
    "specialised_room": ("专间", "specialised room", "specialized room"),
    "specialised_area": ("专用操作区", "specialised area", "specialized area"),
    "cooking": ("烹饪", "烹饪区", "烹饪间", "cooking zone"),
    "rough_processing": ("粗加工", "粗加工区", "粗加工间", "rough processing"),
    "dishwashing": ("洗消", "洗消间", "洗消区", "餐具洗消"),
    "storage": ("库房", "仓库", "食品库房"),
    "service": ("备餐", "出餐", "备餐/出餐", "备餐 / 出餐", "备餐间", "出餐区"),
    "passage": ("通道", "过道"),
    "ignore": ("不判定", "不评判", "not judged"),
}


def same(text: str) -> str:
    """A heading or a word as it is compared: narrow letters, no blanks, brackets or stars."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*:.\-]|\(.*?\)", "", narrow)


_COLUMN: Final[dict[str, Column]] = {
    same(word): column for column, words in HEADERS.items() for word in (*words, column)
}
_ZONE: Final[dict[str, ZoneType]] = {
    same(word): zone for zone in ZONE_TYPES for word in (*ZONE_WORDS[zone], zone)
}


def column_of(heading: str) -> Column | None:
    """The column that a heading names."""
    return _COLUMN.get(same(heading))


def zone_of(word: str) -> ZoneType | None:
    """The zone type that a cell names."""
    return _ZONE.get(same(word))


def template(language: str) -> list[str]:
    """The headings of an empty table."""
    place = 1 if language == "zh" else 0
    return [words[place] for words in HEADERS.values()]
