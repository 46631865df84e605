//! The translated template as a stack with given parameters: functions of CloudFormation evaluated, conditions applied.
//!
//! What only AWS knows stands in braces: `{Table}` for a Ref, `{Table.Arn}` for an attribute. A bucket with a written
//! name has that name and ARN, so that both ways to name it compare equal.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use sbf_tests::deployment::translated;
use serde_json::{Map, Value, json};

/// The last part of the stack's id.
pub(super) const UUID: &str = "3f8e9c10-0000-4000-8000-0242ac120002";

/// A stack as it would be deployed.
pub(super) struct Stack {
    parameters: BTreeMap<String, Value>,
    resources: BTreeMap<String, Value>,
    outputs: BTreeMap<String, Value>,
}

impl Stack {
    /// The stack with these parameters and the defaults of all others.
    pub(super) fn with(given: &[(&str, &str)]) -> Self {
        let template = translated();
        let declared = template["Parameters"].as_object().unwrap();
        for (name, _) in given {
            assert!(declared.contains_key(*name), "there is no parameter {name}");
        }
        let parameters = declared.iter().map(|(name, parameter)| {
            let given = given.iter().find(|(given, _)| given == name).map(|(_, value)| json!(value));
            let value = text(&given.unwrap_or_else(|| parameter["Default"].clone()));
            let is_list = parameter["Type"] == "CommaDelimitedList";
            (name.clone(), if is_list { value.split(',').collect() } else { json!(value) })
        });
        let mut stack = Self { parameters: parameters.collect(), resources: BTreeMap::new(), outputs: BTreeMap::new() };
        stack.resources = stack.evaluated("Resources");
        stack.outputs = stack.evaluated("Outputs");
        stack
    }

    /// Logical id and properties of all resources of a type.
    pub(super) fn of(&self, kind: &str) -> Vec<(&str, &Value)> {
        let of_kind = self.resources.iter().filter(|(_, resource)| resource["Type"] == kind);
        of_kind.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
    }

    /// Logical id and all that is written of every resource.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.resources.iter().map(|(id, resource)| (id.as_str(), resource))
    }

    /// A whole resource.
    pub(super) fn resource(&self, id: &str) -> &Value {
        self.resources.get(id).unwrap_or_else(|| panic!("there is no {id} in this stack"))
    }

    /// A resource's properties.
    pub(super) fn properties(&self, id: &str) -> &Value {
        &self.resource(id)["Properties"]
    }

    /// An output, where the stack has it.
    pub(super) fn output(&self, name: &str) -> Option<String> {
        self.outputs.get(name).map(|output| text(&output["Value"]))
    }

    /// A function's environment variable.
    pub(super) fn variable(&self, function: &str, name: &str) -> String {
        text(&self.properties(function)["Environment"]["Variables"][name])
    }

    /// Whether the parameters keep a rule of the template.
    pub(super) fn keeps(&self, rule: &Value) -> bool {
        let applies = rule.get("RuleCondition").is_none_or(|condition| self.holds(condition));
        let assertions = rule["Assertions"].as_array().unwrap();
        !applies || assertions.iter().all(|assertion| self.holds(&assertion["Assert"]))
    }

    fn evaluated(&self, section: &str) -> BTreeMap<String, Value> {
        let written = translated()[section].as_object().unwrap();
        let exists = |item: &Value| item.get("Condition").is_none_or(|condition| self.holds_named(condition));
        let existing = written.iter().filter(|(_, item)| exists(item));
        existing.filter_map(|(name, item)| Some((name.clone(), self.evaluate(item)?))).collect()
    }

    fn holds_named(&self, name: &Value) -> bool {
        self.holds(&translated()["Conditions"][name.as_str().unwrap()])
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = single(condition).expect("a condition");
        let all = || argument.as_array().unwrap();
        match function {
            "Fn::Equals" => self.evaluate(&all()[0]) == self.evaluate(&all()[1]),
            "Fn::Not" => !self.holds(&all()[0]),
            "Fn::And" => all().iter().all(|one| self.holds(one)),
            "Fn::Or" => all().iter().any(|one| self.holds(one)),
            "Condition" => self.holds_named(argument),
            other => panic!("{other} is no condition"),
        }
    }

    /// `None` is `AWS::NoValue`.
    fn evaluate(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => Some(items.iter().filter_map(|item| self.evaluate(item)).collect()),
            Value::Object(members) => {
                match single(value).filter(|(name, _)| *name == "Ref" || name.starts_with("Fn::")) {
                    Some((function, argument)) => self.call(function, argument),
                    None => Some(Value::Object(self.members(members))),
                }
            }
            plain => Some(plain.clone()),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        members.iter().filter_map(|(name, value)| Some((name.clone(), self.evaluate(value)?))).collect()
    }

    fn call(&self, function: &str, argument: &Value) -> Option<Value> {
        let argument_at = |index: usize| self.evaluate(&argument[index]).unwrap();
        Some(match function {
            "Ref" => return self.reference(argument.as_str().unwrap()),
            "Fn::If" => return self.evaluate(&argument[if self.holds_named(&argument[0]) { 1 } else { 2 }]),
            "Fn::GetAtt" => self.attribute(&attribute_name(argument)),
            "Fn::Sub" => json!(self.substituted(argument)),
            "Fn::Join" => {
                let parts: Vec<String> = argument_at(1).as_array().unwrap().iter().map(text).collect();
                json!(parts.join(&text(&argument[0])))
            }
            "Fn::Split" => text(&argument_at(1)).split(argument[0].as_str().unwrap()).collect(),
            "Fn::Select" => {
                let index: usize = text(&argument[0]).parse().unwrap();
                argument_at(1).get(index).expect("Fn::Select beyond the list").clone()
            }
            other => panic!("{other} is not evaluated here"),
        })
    }

    fn reference(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.parameters.get(name) {
            return Some(value.clone());
        }
        Some(json!(match name {
            "AWS::NoValue" => return None,
            "AWS::AccountId" => "123456789012".to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::Region" => "eu-west-1".to_owned(),
            "AWS::StackId" => format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/{UUID}"),
            "AWS::StackName" => "shop".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            resource => self.bucket(resource).unwrap_or_else(|| format!("{{{resource}}}")),
        }))
    }

    fn attribute(&self, name: &str) -> Value {
        let (resource, attribute) = name.split_once('.').unwrap();
        let bucket = self.bucket(resource).filter(|_| attribute == "Arn");
        json!(bucket.map_or_else(|| format!("{{{name}}}"), |bucket| format!("arn:aws:s3:::{bucket}")))
    }

    /// The written name of a bucket. Whatever is referred to must be part of this stack.
    fn bucket(&self, id: &str) -> Option<String> {
        let resource = translated()["Resources"].get(id).unwrap_or_else(|| panic!("nothing is called {id}"));
        let exists = resource.get("Condition").is_none_or(|condition| self.holds_named(condition));
        assert!(exists, "{id} is referred to and is not part of this stack");
        let name = resource["Properties"].get("BucketName")?;
        self.evaluate(name).map(|name| text(&name))
    }

    fn substituted(&self, argument: &Value) -> String {
        let (template, given) = match argument.as_array() {
            Some(both) => (both[0].as_str().unwrap(), both[1].as_object().unwrap().clone()),
            None => (argument.as_str().unwrap(), Map::new()),
        };
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap();
            filled.push_str(before);
            filled.push_str(&text(&match given.get(name) {
                Some(value) => self.evaluate(value).unwrap(),
                None if name.contains('.') => self.attribute(name),
                None => self.reference(name).unwrap(),
            }));
            rest = after;
        }
        filled + rest
    }
}

/// No resource needs itself to exist before it, in whatever number of steps.
pub(super) fn assert_acyclic() {
    let resources = translated()["Resources"].as_object().unwrap();
    let mut left: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (id, resource) in resources {
        let mut needs = BTreeSet::new();
        needed(resource, &mut needs);
        needs.extend(listed(&resource["DependsOn"]));
        needs.retain(|need| resources.contains_key(need));
        left.insert(id, needs);
    }
    while let Some(id) = left.iter().find(|(_, needs)| needs.is_empty()).map(|(id, _)| *id) {
        left.remove(id);
        for needs in left.values_mut() {
            needs.remove(id);
        }
    }
    assert!(left.is_empty(), "these wait for each other: {:?}", left.keys());
}

fn needed(value: &Value, needs: &mut BTreeSet<String>) {
    match (single(value), value) {
        (Some(("Ref", id)), _) => {
            needs.insert(text(id));
        }
        (Some(("Fn::GetAtt", argument)), _) => {
            needs.insert(attribute_name(argument).split('.').next().unwrap().to_owned());
        }
        (Some(("Fn::Sub", argument)), _) => {
            let template = argument.as_str().or_else(|| argument[0].as_str()).unwrap();
            let names = template.split("${").skip(1).filter_map(|rest| rest.split(['.', '}']).next());
            needs.extend(names.map(str::to_owned));
            needed(&argument[1], needs);
        }
        (_, Value::Object(members)) => members.values().for_each(|member| needed(member, needs)),
        (_, Value::Array(items)) => items.iter().for_each(|item| needed(item, needs)),
        _ => {}
    }
}

/// A string or a list of strings, as a list.
pub(super) fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

/// A plain value as CloudFormation writes it into a text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        other => panic!("{other} is no plain value"),
    }
}

fn single(value: &Value) -> Option<(&str, &Value)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.iter().next().map(|(name, value)| (name.as_str(), value))
}

fn attribute_name(argument: &Value) -> String {
    argument.as_str().map_or_else(|| listed(argument).join("."), str::to_owned)
}
