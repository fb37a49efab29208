#![doc = include_str!("README.md")]

pub mod app;
pub mod archive;
pub mod cli;
pub mod config;
pub mod domain;
pub mod jobs;
pub mod mail;
pub mod pdf;
pub mod storage;
pub mod templates;
pub mod web;
