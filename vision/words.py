"""How rules, zones, severities and states are called, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """One thing's name in both languages."""

    zh: str
    en: str


RULES: Final[Mapping[str, Term]] = {
    "missing_hat": Term("未戴工作帽", "No hat"),
    "missing_mask": Term("未戴口罩", "No mask"),
    "mask_worn_wrong": Term("口罩佩戴不规范", "Mask worn wrong"),
    "pest_rodent": Term("鼠类活动", "Rodent"),
    "pest_cockroach": Term("蟑螂", "Cockroach"),
    "pest_fly": Term("苍蝇", "Fly"),
    "animal": Term("其他动物", "Animal"),
    "person_out_of_hours": Term("非营业时段有人", "Person out of hours"),
    "camera_offline": Term("摄像机离线", "Camera offline"),
    "camera_frozen": Term("画面冻结", "Picture frozen"),
    "camera_dark": Term("画面过暗", "Picture too dark"),
    "camera_blurred": Term("画面模糊", "Picture blurred"),
    "camera_covered": Term("镜头被遮挡", "Lens covered"),
    "camera_moved": Term("摄像机移位", "Camera moved"),
    "camera_overloaded": Term("分析过载", "Analysis overloaded"),
}
ZONES: Final[Mapping[str, Term]] = {
    "specialised_room": Term("专间", "Specialised room"),
    "specialised_area": Term("专用操作区", "Specialised area"),
    "cooking": Term("烹饪区", "Cooking zone"),
    "rough_processing": Term("粗加工区", "Rough processing"),
    "dishwashing": Term("洗消间", "Dishwashing"),
    "storage": Term("库房", "Storage"),
    "service": Term("备餐出餐区", "Service"),
    "passage": Term("通道", "Passage"),
    "ignore": Term("不分析", "Not judged"),
}
SEVERITIES: Final[Mapping[str, Term]] = {
    "minor": Term("一般", "Minor"),
    "major": Term("较重", "Major"),
    "critical": Term("严重", "Critical"),
}
HEALTH: Final[Mapping[str, Term]] = {
    "frozen": Term("画面冻结", "frozen"),
    "dark": Term("过暗", "too dark"),
}
